// What the views that offer passkeys share.

import type { Session } from "../auth/session.ts";

/** Whether this browser has what passkeys need: it has not on plain http, and where its owner has switched it off. */
export function canUsePasskeys(): boolean {
  return window.isSecureContext && typeof window.PublicKeyCredential === "function";
}

/** What one does with passkeys, once Amplify is there. */
export async function passkeysOf(session: Session): Promise<typeof import("../auth/passkeys.ts")> {
  await session.account();
  return import("../auth/passkeys.ts");
}
