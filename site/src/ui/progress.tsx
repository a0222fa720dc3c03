// How far a voucher has come, in words and shapes.

import { STATUSES, type Status } from "../api/vouchers.ts";
import * as t from "../.texts/vouchers.ts";
import { Icon } from "./icons.tsx";

const WORDS: Readonly<Record<Status, () => string>> = { PAID: () => t.paid, ISSUED: () => t.issued, MAILED: () => t.mailed, FAILED: () => t.failed };
const SAID = { done: () => t.stepDone, next: () => t.stepNext, later: () => t.stepLater } as const;

/** Three steps: those done have a tick, the next one a dot, later ones an empty ring; or the one of failure. */
export function Progress({ status }: { readonly status: Status }) {
  const reached = STATUSES.indexOf(status as never);
  return (
    <ol class="steps" role="list" aria-label={t.progress}>
      {status === "FAILED"
        ? <li class="step step-failed"><span class="step-mark"><Icon name="close" /></span>{WORDS[status]()}</li>
        : STATUSES.map((step, index) => {
            const state = index <= reached ? "done" : index === reached + 1 ? "next" : "later";
            return (
              <li key={step} class={`step step-${state}`}>
                <span class="step-mark">{state === "done" && <Icon name="done" />}</span>
                {WORDS[step]()}
                <span class="visually-hidden">{SAID[state]()}</span>
              </li>
            );
          })}
    </ol>
  );
}
