// Short messages in a corner: seen for a while, read out by screen readers, never taking the focus.

import { h } from "./dom.ts";
import { icon } from "./icons.ts";

const SHOWN_MS = 8_000;
const MOST = 3;

export class Toasts {
  readonly element = h("div", { class: "messages", role: "status", "aria-atomic": "false" });
  readonly #focusAfter: HTMLElement;

  /** `focusAfter` gets the focus when the last message is closed by its button. */
  constructor(focusAfter: HTMLElement) {
    this.#focusAfter = focusAfter;
  }

  show(text: string): void {
    const toast = h("div", { class: "message" }, icon("done"), h("p", {}, text));
    let hiding: number | undefined;
    const hideLater = () => {
      window.clearTimeout(hiding);
      hiding = window.setTimeout(() => toast.remove(), SHOWN_MS);
    };
    const close = () => {
      toast.remove();
      (this.element.querySelector("button") ?? this.#focusAfter).focus({ preventScroll: true });
    };
    toast.append(
      h("button", { type: "button", class: "icon-button", "aria-label": "Close this message", on: { click: close } }, icon("close")),
    );
    // Nobody has to read, or to reach the button, against the clock.
    for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, () => window.clearTimeout(hiding));
    for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, hideLater);
    hideLater();
    this.element.append(toast);
    while (this.element.children.length > MOST) this.element.firstElementChild?.remove();
  }
}
