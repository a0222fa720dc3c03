import { useEffect, useRef, useState } from "preact/hooks";
import { LARGEST_FILE } from "../api/readings.ts";
import { SessionExpired } from "../auth/person.ts";
import { bytes } from "../more-formats.ts";
import * as t from "../.texts/readings.ts";
import { MoreIcon } from "../ui/more-icons.tsx";
import { UploadLost, UploadRefused } from "../upload.ts";
import { mayGoAgain, UnfitFile, type Upload as OnItsWay } from "../uploading.ts";
import { useUploads, whyNot } from "./imports.ts";

/** Where files are chosen, or dropped, which the whole page takes; and how far they have come. */
export function Upload() {
  const uploads = useUploads();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const left = new AbortController();
    const on = (name: "dragover" | "dragleave" | "drop", listener: (event: DragEvent) => void) => window.addEventListener(name, listener, { signal: left.signal });
    on("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      // Whoever misses a field must not leave the page for the file.
      event.preventDefault();
      setOver(true);
    });
    on("dragleave", ({ relatedTarget }) => relatedTarget ?? setOver(false));
    on("drop", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(false);
      uploads.take(event.dataTransfer.files);
    });
    return () => left.abort();
  }, []);
  const { value: all } = uploads.all;
  return (
    <>
      <section class={isOver ? "panel drop drop-over" : "panel drop"} aria-labelledby="send-heading">
        <MoreIcon name="file" />
        <h2 id="send-heading">{t.send}</h2>
        <p id="drop-words">{t.drop}</p>
        <input type="file" hidden multiple accept=".csv,.gz,text/csv,application/gzip" ref={input} onChange={({ currentTarget }) => {
          uploads.take(currentTarget.files ?? []);
          // The same file may be chosen again.
          currentTarget.value = "";
        }} />
        <button type="button" class="button" aria-describedby="drop-words file-hint" onClick={() => input.current?.click()}>{t.choose}</button>
        <p id="file-hint" class="hint">{t.fileHint({ most: bytes(LARGEST_FILE), code: (words) => <code>{words}</code> })}</p>
      </section>
      <section class="panel sending" aria-labelledby="sending-heading" tabindex={-1} hidden={all.length === 0}>
        <h2 id="sending-heading">{t.onTheirWay}</h2>
        <ul role="list">{all.map((upload) => <Sending key={upload.number} upload={upload} />)}</ul>
      </section>
    </>
  );
}

function Sending({ upload }: { readonly upload: OnItsWay }) {
  const uploads = useUploads();
  const { number, file: { name, size }, sent, importId, error } = upload;
  const hidden = (words: string) => <span class="visually-hidden">{words}</span>;
  const isFirst = uploads.all.value.find((one) => one.error === undefined) === upload;
  const again = useRef<HTMLLIElement>(null);
  return (
    <li class="sending-file" tabindex={-1} ref={again}>
      <p class="user-email" id={`file-${number}`}>{name}</p>
      {error === undefined && (
        <>
          <progress class="bar" max={1} value={sent} aria-labelledby={`file-${number}`} />
          <p class="hint">{!isFirst ? t.waits : importId === undefined ? t.begins : t.sentSoFar({ sent: bytes(sent * size), size: bytes(size) })}</p>
        </>
      )}
      <p class="problem" role="alert">{error !== undefined && problemOf(upload)}</p>
      <div class="actions">
        {error !== undefined && mayGoAgain(error) && (
          <button type="button" class="button" onClick={() => {
            again.current?.focus({ preventScroll: true });
            uploads.again(number);
          }}><span>{t.goAgain({ name, hidden })}</span></button>
        )}
        <button type="button" class="button button-plain" onClick={() => uploads.drop(number)}>
          <span>{error === undefined ? t.stop({ name, hidden }) : t.forget({ name, hidden })}</span>
        </button>
      </div>
    </li>
  );
}

/** Why a file was not taken, and what helps. */
function problemOf({ error, file: { name, size } }: OnItsWay): string {
  if (error instanceof UnfitFile) return error.why === "empty" ? t.empty({ name }) : t.tooLarge({ name, size: bytes(size), most: bytes(LARGEST_FILE) });
  if (error instanceof UploadLost) return navigator.onLine ? t.lost({ name }) : t.lostOffline({ name });
  if (error instanceof UploadRefused) {
    if (error.code === "EntityTooLarge") return t.refusedLarge({ name });
    return error.status === 403 ? t.refusedLate({ name }) : t.refused({ name, code: error.code || String(error.status) });
  }
  if (error instanceof SessionExpired) return t.sessionEnded({ name });
  return t.notBegun({ name, reason: whyNot(error) });
}
