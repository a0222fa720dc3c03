// Short messages in a corner: seen for a while, read out by screen readers, never taking the focus.

import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app.ts";
import * as t from "../.texts/visitor.ts";
import { Icon } from "./icons.tsx";
import type { Toast } from "./notices.ts";

const SHOWN_MS = 8_000;

export function Toasts() {
  const { notices } = useApp();
  const region = useRef<HTMLDivElement>(null);
  const close = (id: number) => {
    notices.close(id);
    const others = region.current?.querySelectorAll<HTMLElement>(`.message:not([data-id="${id}"]) button`);
    (others?.[0] ?? document.querySelector<HTMLElement>("#content"))?.focus({ preventScroll: true });
  };
  return (
    <div class="messages" role="status" aria-atomic="false" ref={region}>
      {notices.toasts.value.map((toast) => <Message key={toast.id} toast={toast} close={close} />)}
    </div>
  );
}

function Message({ toast: { id, text }, close }: { readonly toast: Toast; readonly close: (id: number) => void }) {
  const { notices } = useApp();
  // Nobody has to read, or to reach the button, against the clock.
  const [isHeld, hold] = useState(false);
  useEffect(() => {
    if (isHeld) return undefined;
    const hiding = window.setTimeout(() => notices.close(id), SHOWN_MS);
    return () => window.clearTimeout(hiding);
  }, [isHeld]);
  return (
    <div class="message" data-id={id} onPointerEnter={() => hold(true)} onPointerLeave={() => hold(false)}
      onFocusIn={() => hold(true)} onFocusOut={() => hold(false)}>
      <Icon name="done" />
      <p>{text}</p>
      <button type="button" class="icon-button" aria-label={t.closeMessage} onClick={() => close(id)}><Icon name="close" /></button>
    </div>
  );
}
