import { ApiError, Unreachable } from "../api/client.ts";

/** Why a change was not stored, in words for an administrator. */
export function writeProblem(error: unknown): string {
  if (error instanceof Unreachable) {
    return navigator.onLine
      ? "Our service gave no answer, so we do not know whether your change was stored. Check, then try again."
      : "You are offline. Try again when your connection is back.";
  }
  if (error instanceof ApiError) {
    if (error.status === 403) return "Your account may not change tariffs. Ask an administrator to add you to their group.";
    if (error.status === 404) return "This tariff no longer exists: somebody else deleted it.";
    if (error.status === 429) return "That was a little fast. Wait a few seconds and try again.";
    if (error.status < 500) return `The change was not accepted: ${error.message}.`.replace(/\.\.$/, ".");
  }
  return "Something went wrong on our side. Please try again in a moment.";
}
