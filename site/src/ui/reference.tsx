import { useState } from "preact/hooks";
import { paths } from "../places.ts";
import * as t from "../.texts/failing.ts";

/** What one does with a reference: copies it, and gets help with it. */
export function ReferenceActions({ id }: { readonly id: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <>
      {" "}
      <button type="button" class="button button-plain" onClick={() => void navigator.clipboard?.writeText(id).then(() => setCopied(true), console.warn)}>{isCopied ? t.copied : t.copy}</button>{" "}
      <GetHelp id={id} />
    </>
  );
}

/** The way to who helps, with the reference. */
export function GetHelp({ id }: { readonly id: string }) {
  return <a href={`${paths.contact}?${new URLSearchParams({ reference: id })}`}>{t.getHelp}</a>;
}
