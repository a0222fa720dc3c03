// Asks for news while somebody is looking and nobody tells.

import type { Live } from "../push/live.ts";

const FIRST_MS = 1_000;
const LONGEST_MS = 20_000;
const FACTOR = 1.5;

/**
 * Call `ask` less and less often while `live` is silent, and once when it speaks again, until it
 * answers true or the page is left. Nothing is asked while the tab is hidden; coming back to it asks
 * at once. An error is no news: it is asked again later.
 */
export function askWhileSilent(live: Live, ask: () => Promise<boolean>, left: AbortSignal): void {
  const done = new AbortController();
  const over = AbortSignal.any([left, done.signal]);
  let pause = FIRST_MS;
  let timer: number | undefined;
  let asking = false;

  const plan = () => {
    window.clearTimeout(timer);
    if (over.aborted || document.hidden || live.isOpen) return;
    timer = window.setTimeout(() => void run(), pause);
    pause = Math.min(pause * FACTOR, LONGEST_MS);
  };
  const run = async () => {
    if (asking) return;
    asking = true;
    try {
      if (await ask()) done.abort();
    } catch {
      // Said by the frame when offline, and worth no more words than that.
    } finally {
      asking = false;
      plan();
    }
  };
  const onVisibility = () => {
    window.clearTimeout(timer);
    if (document.hidden || live.isOpen) return;
    pause = FIRST_MS;
    void run();
  };
  document.addEventListener("visibilitychange", onVisibility, { signal: over });
  live.onOpen(() => void run(), over);
  live.onClose(() => {
    pause = FIRST_MS;
    plan();
  }, over);
  over.addEventListener("abort", () => window.clearTimeout(timer));
  plan();
}
