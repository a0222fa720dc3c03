import { ApiError, Unreachable } from "../api/client.ts";

/** Why a change of `what` was not stored, in words. */
export function writeProblem(error: unknown, what: string): string {
  if (error instanceof Unreachable) {
    return navigator.onLine
      ? "Our service gave no answer, so we do not know whether your change was stored. Check, then try again."
      : "You are offline. Try again when your connection is back.";
  }
  if (error instanceof ApiError) {
    if (error.status === 403) return "Your account may not do this: an administrator can grant it.";
    if (error.status === 404) return `${what} no longer exists: somebody else deleted it.`;
    if (error.status === 429) return "That was a little fast. Wait a few seconds and try again.";
    if (error.status < 500) return `The change was not accepted: ${error.message}.`.replace(/\.\.$/, ".");
  }
  return "Something went wrong on our side. Please try again in a moment.";
}
