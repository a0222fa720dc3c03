import { ApiError, Unreachable } from "../api/client.ts";
import { pause, reference } from "../api/problem.ts";
import type { Problems } from "../ui/problems.ts";

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
      "Somebody else changed this meanwhile, so nothing was stored.",
      ...others.map(([name, typed]) => `${title(name)} is now ${shown(current[name])}. You typed ${shown(typed)}.`),
      "Save again to replace that by what you typed, or take over what is there now.",
    ],
    theirs: Object.fromEntries(others.map(([name]) => [name, current[name]])),
  };
}

function shown(value: unknown): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  return value === "" ? "empty" : `“${String(value)}”`;
}

/** Why a change of `what` was not stored, in words. */
export function writeProblem(error: unknown, what: string): string {
  if (error instanceof Unreachable) {
    return navigator.onLine
      ? `Our service gave no answer, so we do not know whether your change was stored. Check, then try again.${reference(error)}`
      : "You are offline. Try again when your connection is back.";
  }
  return `${inWords(error, what)}${reference(error)}`;
}

function inWords(error: unknown, what: string): string {
  if (error instanceof ApiError) {
    if (error.status === 403) return "Your account may not do this: an administrator can grant it.";
    if (error.status === 404 || (error.status === 412 && error.current === null)) return `${what} no longer exists: somebody else deleted it.`;
    if (error.status === 412) return "Somebody else changed this meanwhile, so nothing was stored: look at what is there now, and try again.";
    if (error.status === 429) return `That was a little fast. ${pause(error)}`;
    if (error.status < 500) return `The change was not accepted: ${error.message}.`.replace(/\.\.$/, ".");
  }
  return "Something went wrong on our side. Please try again in a moment.";
}
