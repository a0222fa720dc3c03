// How far a voucher has come, in words and shapes.

import { STATUSES, type Status } from "../api/vouchers.ts";
import { h } from "./dom.ts";
import { icon } from "./icons.ts";

const WORDS: Readonly<Record<Status, string>> = { PAID: "Paid", ISSUED: "Issued", MAILED: "Mailed", FAILED: "Failed" };

/** Three steps: those done have a tick, the next one a dot, later ones an empty ring; or the one of failure. */
export function progress(status: Status): HTMLElement {
  if (status === "FAILED") {
    return h("ol", { class: "steps", role: "list", "aria-label": "Progress" },
      h("li", { class: "step step-failed" }, h("span", { class: "step-mark" }, icon("close")), WORDS[status]));
  }
  const reached = STATUSES.indexOf(status);
  return h("ol", { class: "steps", role: "list", "aria-label": "Progress" },
    STATUSES.map((step, index) => {
      const state = index <= reached ? "done" : index === reached + 1 ? "next" : "later";
      return h("li", { class: `step step-${state}` },
        h("span", { class: "step-mark" }, state === "done" && icon("done")),
        WORDS[step],
        h("span", { class: "visually-hidden" }, { done: ": done", next: ": under way", later: ": to come" }[state]),
      );
    }),
  );
}
