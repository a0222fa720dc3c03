// A text as a QR code, for the camera of a phone. Made in the browser: the text goes nowhere.

import { encode } from "uqr";

/** Light modules around it that readers ask for (ISO/IEC 18004, "quiet zone"). */
const QUIET = 4;

export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { size, data } = encode(text, { border: QUIET });
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : [])));
  return <svg class="qr-code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges"><path d={dark.join("")} /></svg>;
}
