// What a part of a page shows while it waits, and when what it waited for did not come.

import { ApiError, Unreachable } from "../api/client.ts";
import { pause, reference } from "../api/problem.ts";
import { h, type Child } from "./dom.ts";
import { icon, type IconName } from "./icons.ts";

interface Notice {
  readonly heading: string;
  readonly detail: string;
  /** Level of the heading within the page. */
  readonly level?: 1 | 2;
}

/** A calm notice in place of content: nothing here yet, not found, not allowed. */
export function notice({ heading, detail, level = 2 }: Notice, name: IconName, ...actions: Child[]): HTMLElement {
  return h("div", { class: "notice" },
    icon(name),
    h(level === 1 ? "h1" : "h2", {}, heading),
    h("p", {}, detail),
    h("div", { class: "actions" }, actions),
  );
}

/** A failure, with a button to try again. */
export function failure({ retry, ...rest }: Notice & { readonly retry: () => void }): HTMLElement {
  const button = h("button", { type: "button", class: "button", on: { click: retry } }, "Try again");
  const element = notice(rest, "alert", button);
  element.setAttribute("role", "alert");
  return element;
}

/**
 * Fill `region` with what `read` answers: `waiting` until then, a failure with a retry instead of an
 * error. Being back online retries by itself. `onError` may take an error over by answering an element.
 */
export async function showWhenRead<T>(
  region: HTMLElement,
  options: {
    readonly read: () => Promise<T>;
    readonly waiting: () => readonly Node[];
    readonly show: (value: T) => readonly Node[];
    readonly onError?: (error: unknown) => HTMLElement | undefined;
    readonly what: string;
    /** Level of a failure's heading. */
    readonly level?: 1 | 2;
    readonly left: AbortSignal;
  },
): Promise<void> {
  const { read, waiting, show, onError, what, level = 2, left } = options;
  region.setAttribute("aria-busy", "true");
  region.replaceChildren(...waiting());
  try {
    const value = await read();
    if (!left.aborted) region.replaceChildren(...show(value));
  } catch (error) {
    if (left.aborted) return;
    const shown = new AbortController();
    const retry = () => {
      shown.abort();
      region.tabIndex = -1;
      region.focus({ preventScroll: true });
      void showWhenRead(region, options);
    };
    region.replaceChildren(onError?.(error) ?? failure({ ...inWords(error, what), level, retry }));
    if (error instanceof Unreachable) {
      window.addEventListener("online", retry, { once: true, signal: AbortSignal.any([left, shown.signal]) });
    }
    if (!(error instanceof ApiError || error instanceof Unreachable)) console.error(error);
  } finally {
    region.removeAttribute("aria-busy");
  }
}

function inWords(error: unknown, what: string): { heading: string; detail: string } {
  if (error instanceof Unreachable) {
    return navigator.onLine
      ? { heading: `We could not load ${what}`, detail: "Our service gave no answer. Check your connection and try again." }
      : { heading: "You are offline", detail: `We load ${what} as soon as your connection is back.` };
  }
  if (error instanceof ApiError && error.status === 429) {
    return { heading: "That was a little fast", detail: `${pause(error)}${reference(error)}` };
  }
  return { heading: `We could not load ${what}`, detail: `Something went wrong on our side. Please try again in a moment.${reference(error)}` };
}
