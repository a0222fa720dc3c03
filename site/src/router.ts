// Addresses to views with the History API; moves the focus and the title with every change of page.

export type Params = Readonly<Record<string, string>>;

export interface View {
  readonly title: string;
  readonly element: HTMLElement;
}

/** Where to go instead of showing a view. */
export interface Redirect {
  readonly redirect: string;
}

/** What a view may do with the page it is shown on. */
export interface Page {
  /** Path and query as in the address bar. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Aborted when the person leaves the page. */
  readonly left: AbortSignal;
  setTitle(title: string): void;
}

export interface Route {
  /** For example `/tariffs/:productId`. */
  readonly pattern: string;
  readonly view: ShowView;
}

/** A view whose code has to be loaded first comes as a promise. */
export type ShowView = (params: Params, page: Page) => View | Redirect | Promise<View | Redirect>;

export class Router {
  readonly #routes: readonly Route[];
  readonly #notFound: () => View;
  readonly #notLoaded: () => View;
  readonly #outlet: HTMLElement;
  readonly #siteName: string;
  #leaving = new AbortController();

  constructor(
    outlet: HTMLElement,
    { routes, notFound, notLoaded, siteName }: {
      readonly routes: readonly Route[];
      readonly notFound: () => View;
      /** Stands in for a view whose code did not arrive. */
      readonly notLoaded: () => View;
      readonly siteName: string;
    },
  ) {
    this.#outlet = outlet;
    this.#routes = routes;
    this.#notFound = notFound;
    this.#notLoaded = notLoaded;
    this.#siteName = siteName;
  }

  /** Show the view of the current address and follow links and the back button from now on. */
  start(): void {
    window.addEventListener("popstate", () => this.#show());
    document.addEventListener("click", (event) => this.#followLink(event));
    this.#show({ moveFocus: false });
  }

  go(path: string, { replace = false } = {}): void {
    if (replace) history.replaceState(null, "", path);
    else history.pushState(null, "", path);
    this.#show();
    window.scrollTo(0, 0);
  }

  /** Show the current address again, for example because the person changed. */
  refresh(): void {
    this.#show({ moveFocus: false });
  }

  #show({ moveFocus = true } = {}): void {
    this.#leaving.abort();
    this.#leaving = new AbortController();
    const left = this.#leaving.signal;
    const { pathname, search } = window.location;
    const view = this.#viewOf(pathname, {
      path: pathname + search,
      query: new URLSearchParams(search),
      left,
      setTitle: (title) => {
        if (!left.aborted) this.#setTitle(title);
      },
    });
    if (!(view instanceof Promise)) {
      this.#put(view, moveFocus);
      return;
    }
    this.#outlet.setAttribute("aria-busy", "true");
    void view
      .catch((error: unknown) => {
        console.error(error);
        return this.#notLoaded();
      })
      .then((one) => left.aborted || this.#put(one, moveFocus));
  }

  #put(view: View | Redirect, moveFocus: boolean): void {
    this.#outlet.removeAttribute("aria-busy");
    if ("redirect" in view) {
      this.go(view.redirect, { replace: true });
      return;
    }
    this.#setTitle(view.title);
    this.#outlet.replaceChildren(view.element);
    for (const link of document.querySelectorAll("a[data-nav]")) {
      if (link.getAttribute("href") === window.location.pathname) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (moveFocus) this.#focusHeading();
  }

  #viewOf(pathname: string, page: Page): ReturnType<ShowView> {
    for (const { pattern, view } of this.#routes) {
      const params = match(pattern, pathname);
      if (params) return view(params, page);
    }
    return this.#notFound();
  }

  #focusHeading(): void {
    const target = this.#outlet.querySelector<HTMLElement>("h1") ?? this.#outlet;
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
  }

  #setTitle(title: string): void {
    document.title = title === this.#siteName ? title : `${title} · ${this.#siteName}`;
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
