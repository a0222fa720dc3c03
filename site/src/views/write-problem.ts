import { ApiError, Unreachable } from "../api/client.ts";
import { pause, reference } from "../api/problem.ts";
import * as t from "../.texts/forms.ts";
import * as common from "../.texts/visitor.ts";
import { sentence, type Problems } from "../ui/problems.ts";

/**
 * What somebody else has stored since beside what was typed, a line each; undefined for every other error. `draft` is what
 * would have been stored, `title` names its fields.
 */
export function conflict(error: unknown, draft: object, title: (name: string) => string): Problems | undefined {
  if (!(error instanceof ApiError) || error.status !== 412 || typeof error.current !== "object" || !error.current) return undefined;
  const current = error.current as Record<string, unknown>;
  const others = Object.entries(draft).filter(([name, value]) => name in current && current[name] !== value);
  return {
    fields: new Map(),
    whole: [
      t.changedMeanwhile,
      ...others.map(([name, typed]) => t.isNow({ title: title(name), now: shown(current[name]), typed: shown(typed) })),
      t.saveAgain,
    ],
    theirs: Object.fromEntries(others.map(([name]) => [name, current[name]])),
  };
}

function shown(value: unknown): string {
  if (typeof value === "boolean") return value ? t.on : t.off;
  return value === "" ? t.empty : t.quoted({ text: String(value) });
}

/** Why a change of `what` was not stored, in words. */
export function writeProblem(error: unknown, what: string): string {
  if (error instanceof Unreachable) {
    return navigator.onLine
      ? t.noAnswer + reference(error)
      : t.offline;
  }
  return `${inWords(error, what)}${reference(error)}`;
}

function inWords(error: unknown, what: string): string {
  if (error instanceof ApiError) {
    if (error.status === 403) return t.mayNot;
    if (error.status === 404 || (error.status === 412 && error.current === null)) return t.deleted({ what });
    if (error.status === 412) return t.changedLook;
    if (error.status === 429) return t.tooFast({ pause: pause(error) });
    if (error.status < 500) return t.notAccepted({ reason: sentence(error.message) });
  }
  return common.ourFault;
}
