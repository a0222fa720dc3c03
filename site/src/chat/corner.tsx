// The support chat in a corner of every page, for who is signed in. The chat itself comes when it is opened.

import { useEffect, useRef, useState } from "preact/hooks";
import { tabStorage } from "../storage.ts";
import "../styles/corner.css";
import * as t from "../.texts/chat.ts";
import { MoreIcon } from "../ui/more-icons.tsx";
import { forgetOthers, HISTORY } from "./history.ts";

/** `userId` is who is signed in, for as long as it is drawn: what they said goes with them. */
export function Corner({ userId, url }: { readonly userId: string; readonly url: string }) {
  const [storage] = useState(() => {
    const kept = tabStorage();
    forgetOthers(kept, userId);
    return kept;
  });
  const [isOpen, setOpen] = useState(false);
  const [loaded, setLoaded] = useState<typeof import("./panel.tsx") | "failed">();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => () => storage.removeItem(HISTORY), []);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const open = () => {
    setOpen(true);
    if (typeof loaded === "object") return;
    setLoaded(undefined);
    import("./panel.tsx").then(setLoaded, () => setLoaded("failed"));
  };
  return (
    <aside class="corner" aria-label={t.support} onKeyDown={(event) => event.key === "Escape" && isOpen && close()}>
      <div id="chat" class="chat" hidden={!isOpen}>
        {typeof loaded === "object"
          ? <loaded.Panel userId={userId} url={url} storage={storage} isOpen={isOpen} close={close} />
          : isOpen && <p role="status">{loaded ? t.chatFailed : t.loading}</p>}
      </div>
      <button type="button" class="button" aria-expanded={isOpen} aria-controls="chat" ref={button} onClick={isOpen ? close : open}>
        <MoreIcon name="chat" />{t.chat}
      </button>
    </aside>
  );
}
