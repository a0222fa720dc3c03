import { useState } from "preact/hooks";
import { reference, referenceOf } from "../api/problem.ts";
import { paths } from "../places.ts";
import * as t from "../texts/visitor.ts";

/** What to tell people who help, and the way to them; nothing where nobody would find anything by it. */
export function Reference({ error }: { readonly error: unknown }) {
  const [isCopied, setCopied] = useState(false);
  const id = referenceOf(error);
  return id && (
    <p class="hint">
      {reference(error)}{" "}
      <button type="button" class="button button-plain" onClick={() => void navigator.clipboard?.writeText(id).then(() => setCopied(true), console.warn)}>{isCopied ? t.copied : t.copy}</button>{" "}
      <a href={paths.contact(id)}>{t.getHelp}</a>
    </p>
  );
}
