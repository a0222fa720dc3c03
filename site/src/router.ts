// Addresses to views with the History API; the title changes with every page, and the focus moves to its heading.

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";

export type Params = Readonly<Record<string, string>>;

/** What a view may know of the page it is shown on. */
export interface Page {
  /** Path and query as in the address bar. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Aborted when the person leaves the page. */
  readonly left: AbortSignal;
}

export type Title = string | (() => string);

export interface View {
  /** Asked for again in another language, as is the content. */
  readonly title: Title;
  readonly content: () => ComponentChildren;
  /** Whether what one may do decides on it. */
  readonly isGuarded?: boolean;
}

/** Where to go instead of showing a view. */
export interface Redirect {
  readonly redirect: string;
}

export interface Route {
  /** For example `/tariffs/:productId`. */
  readonly pattern: string;
  readonly view: ShowView;
}

/** A view whose code has to be loaded first comes as a promise. */
export type ShowView = (params: Params, page: Page) => View | Redirect | Promise<View | Redirect>;

/** What is in the page's main part. */
export interface Shown {
  /** A new one is a new page, drawn from nothing. */
  readonly key: number;
  /** Without the query. */
  readonly path: string;
  readonly content: () => ComponentChildren;
  readonly movesFocus: boolean;
  readonly isBusy: boolean;
  readonly isGuarded: boolean;
}

/** So long a page that is left stays while the code of the next one comes; then something says that it does. */
const PATIENCE_MS = 150;

export class Router {
  readonly shown = signal<Shown>({ key: 0, path: "", content: () => undefined, movesFocus: false, isBusy: true, isGuarded: false });
  readonly #options: RouterOptions;
  #leaving = new AbortController();
  #title: Title = "";

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  /** Show the view of the current address and follow links and the back button from now on. */
  start(): void {
    window.addEventListener("popstate", () => this.#show());
    document.addEventListener("click", (event) => this.#followLink(event));
    this.#show({ movesFocus: false });
  }

  go(path: string, { replace = false } = {}): void {
    if (replace) history.replaceState(null, "", path);
    else history.pushState(null, "", path);
    this.#show();
    window.scrollTo(0, 0);
  }

  /** Show the current address again, for example because the person changed. */
  refresh(): void {
    this.#show({ movesFocus: false });
  }

  /** Call it a view; without a title, as it is called already, which another language may change. */
  setTitle(called: Title = this.#title): void {
    const { siteName } = this.#options;
    this.#title = called;
    const title = typeof called === "string" ? called : called();
    document.title = title === siteName ? title : `${title} · ${siteName}`;
  }

  #show({ movesFocus = true } = {}): void {
    this.#leaving.abort();
    this.#leaving = new AbortController();
    const left = this.#leaving.signal;
    const { pathname, search } = window.location;
    const view = this.#viewOf(pathname, { path: pathname + search, query: new URLSearchParams(search), left });
    if (!(view instanceof Promise)) {
      this.#put(view, movesFocus);
      return;
    }
    this.shown.value = { ...this.shown.value, isBusy: true };
    const { loading, notLoaded } = this.#options;
    const waiting = window.setTimeout(() => this.#put(loading(), movesFocus, true), PATIENCE_MS);
    left.addEventListener("abort", () => window.clearTimeout(waiting));
    void view
      .catch(notLoaded)
      .then((one) => {
        window.clearTimeout(waiting);
        if (!left.aborted) this.#put(one, movesFocus);
      });
  }

  #put(view: View | Redirect, movesFocus: boolean, isBusy = false): void {
    if ("redirect" in view) {
      this.go(view.redirect, { replace: true });
      return;
    }
    this.setTitle(view.title);
    const { content, isGuarded = false } = view;
    this.shown.value = { key: this.shown.value.key + 1, path: window.location.pathname, content, movesFocus, isBusy, isGuarded };
  }

  #viewOf(pathname: string, page: Page): ReturnType<ShowView> {
    for (const { pattern, view } of this.#options.routes) {
      const params = match(pattern, pathname);
      if (params) return view(params, page);
    }
    return this.#options.notFound();
  }

  #followLink(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || link.origin !== window.location.origin || link.hash) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}

export interface RouterOptions {
  readonly siteName: string;
  readonly routes: readonly Route[];
  readonly notFound: () => View;
  /** Stands in for a view whose code is on its way. */
  readonly loading: () => View;
  /** Stands in for a view whose code did not arrive. */
  readonly notLoaded: (error: unknown) => View;
}

/** Parameters of a path that fits a pattern, decoded; undefined when it does not fit. */
export function match(pattern: string, pathname: string): Params | undefined {
  const expected = pattern.split("/");
  const actual = pathname.replace(/(?<=.)\/$/, "").split("/");
  if (expected.length !== actual.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of expected.entries()) {
    const found = actual[index] ?? "";
    if (!segment.startsWith(":")) {
      if (segment !== found) return undefined;
    } else {
      const value = decoded(found);
      if (!value) return undefined;
      params[segment.slice(1)] = value;
    }
  }
  return params;
}

/** A path of this site to return to after signing in; anything else becomes the front page. */
export function safeReturn(path: string | null): string {
  const here = window.location.origin;
  if (!path?.startsWith("/") || !URL.canParse(path, here)) return "/";
  // As the browser reads it: it drops tabs and line ends, and takes a backslash for a slash.
  const url = new URL(path, here);
  return url.origin === here && !url.pathname.startsWith("//") ? url.pathname + url.search + url.hash : "/";
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
