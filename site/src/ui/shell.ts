// The frame around every view: header, main, footer, the offline note and the messages.

import { paths, SITE_NAME } from "../places.ts";
import type { Session } from "../auth/session.ts";
import { fill, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { Toasts } from "./toasts.ts";

export class Shell {
  readonly element: HTMLElement;
  readonly main: HTMLElement;
  readonly #session: Session;
  readonly #onSignOut: () => void;
  readonly #sellsVouchers: boolean;
  readonly #links: HTMLElement;
  readonly #account: HTMLElement;
  readonly #toasts: Toasts;
  readonly #announcer: HTMLElement;

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
    this.#toasts = new Toasts(this.main);
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
      this.#toasts.element,
    );
    this.showPerson();
  }

  /** Show who is signed in, and the links that person may use. */
  showPerson(): void {
    const { person } = this.#session;
    fill(this.#links,
      navLink(paths.tariffs, "Tariffs"),
      person && this.#sellsVouchers && navLink(paths.vouchers, "Vouchers"),
      this.#session.can("write", "products") && navLink(paths.addTariff, "Add a tariff"),
      this.#session.can("list", "users") && navLink(paths.users, "Users"),
    );
    fill(this.#account, person
      ? [
          h("a", { class: "person", href: paths.account, title: person.email, "data-nav": true },
            h("span", { class: "visually-hidden" }, "Your account: "), person.email),
          h("button", { type: "button", class: "button button-quiet", on: { click: this.#onSignOut } }, "Sign out"),
        ]
      : h("a", { class: "button button-quiet", href: "/sign-in", "data-nav": true }, "Sign in"));
  }

  /** Say that something happened; seen for a while and read out by screen readers. */
  notify(text: string): void {
    this.#toasts.show(text);
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
