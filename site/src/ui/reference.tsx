import { useState } from "preact/hooks";
import { referenceOf } from "../api/problem.ts";
import { paths } from "../places.ts";

/** What to tell people who help, and the way to them; nothing where nobody would find anything by it. */
export function Reference({ error }: { readonly error: unknown }) {
  const [isCopied, setCopied] = useState(false);
  const id = referenceOf(error);
  return id && (
    <p class="hint">
      Reference: <code>{id}</code>{" "}
      <button type="button" class="button button-plain" onClick={() => void navigator.clipboard?.writeText(id).then(() => setCopied(true), console.warn)}>{isCopied ? "Copied" : "Copy"}</button>{" "}
      <a href={paths.contact(id)}>Get help</a>
    </p>
  );
}
