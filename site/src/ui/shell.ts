// The frame around every view: header, main, footer, the offline note and the messages.

import { paths, SITE_NAME } from "../app.ts";
import type { Session } from "../auth/session.ts";
import { fill, h } from "./dom.ts";
import { icon } from "./icons.ts";

const MESSAGE_MS = 8_000;

export class Shell {
  readonly element: HTMLElement;
  readonly main: HTMLElement;
  readonly #session: Session;
  readonly #onSignOut: () => void;
  readonly #sellsVouchers: boolean;
  readonly #links: HTMLElement;
  readonly #account: HTMLElement;
  readonly #messages: HTMLElement;
  readonly #announcer: HTMLElement;
  #hiding: number | undefined;

  constructor({ session, onSignOut, sellsVouchers }: {
    readonly session: Session;
    readonly onSignOut: () => void;
    readonly sellsVouchers: boolean;
  }) {
    this.#session = session;
    this.#onSignOut = onSignOut;
    this.#sellsVouchers = sellsVouchers;
    this.main = h("main", { id: "content", class: "page", tabindex: -1 });
    this.#links = h("ul", { class: "site-links", role: "list" });
    this.#account = h("div", { class: "account" });
    this.#messages = h("div", { class: "messages", role: "status" });
    this.#announcer = h("div", { class: "visually-hidden", role: "status" });
    this.element = h("div", { class: "shell" },
      h("a", { class: "skip-link", href: "#content", on: { click: (event) => this.#skip(event) } }, "Skip to content"),
      h("header", { class: "site-header" },
        h("div", { class: "site-header-inner" },
          h("a", { class: "brand", href: paths.tariffs },
            h("img", { src: "/favicon.svg", alt: "", width: 32, height: 32 }), SITE_NAME),
          h("nav", { "aria-label": "Main" }, this.#links),
          this.#account,
        ),
      ),
      offlineNote(),
      this.main,
      h("footer", { class: "site-footer" },
        h("p", {}, SITE_NAME),
      ),
      this.#announcer,
      this.#messages,
    );
    this.showPerson();
  }

  /** Show who is signed in, and the links that person may use. */
  showPerson(): void {
    const { person, isAdministrator } = this.#session;
    fill(this.#links,
      navLink(paths.tariffs, "Tariffs"),
      person && this.#sellsVouchers && navLink(paths.vouchers, "Vouchers"),
      isAdministrator && navLink(paths.addTariff, "Add a tariff"),
    );
    fill(this.#account, person
      ? [
          h("span", { class: "person", title: person.email },
            h("span", { class: "visually-hidden" }, "Signed in as "), person.email),
          h("button", { type: "button", class: "button button-quiet", on: { click: this.#onSignOut } }, "Sign out"),
        ]
      : h("a", { class: "button button-quiet", href: "/sign-in", "data-nav": true }, "Sign in"));
  }

  /** Say that something worked; seen for a while and read out by screen readers. */
  notify(text: string): void {
    window.clearTimeout(this.#hiding);
    const hide = () => this.#messages.replaceChildren();
    fill(this.#messages,
      h("div", { class: "message" },
        icon("done"), h("p", {}, text),
        h("button", { type: "button", class: "icon-button", "aria-label": "Close this message", on: { click: hide } },
          icon("close")),
      ),
    );
    this.#hiding = window.setTimeout(hide, MESSAGE_MS);
  }

  /** Tell screen readers only. */
  announce(text: string): void {
    this.#announcer.textContent = text;
  }

  #skip(event: MouseEvent): void {
    event.preventDefault();
    this.main.focus();
  }
}

function navLink(href: string, text: string): HTMLElement {
  const current = window.location.pathname === href ? "page" : undefined;
  return h("li", {}, h("a", { href, "data-nav": true, "aria-current": current }, text));
}

function offlineNote(): HTMLElement {
  const note = h("div", { class: "offline-note", role: "status" });
  const show = () => {
    fill(note, !navigator.onLine && [icon("offline"), h("p", {}, "You are offline. What you see may be out of date.")]);
  };
  window.addEventListener("online", show);
  window.addEventListener("offline", show);
  show();
  return note;
}
