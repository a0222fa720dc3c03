// What was said in the support chat is kept by the tab, for the person who said it and nobody else.

import type { Kept } from "../storage.ts";

export const HISTORY = "blockwork.chat";

/** Drop what somebody else has said than who is here now. */
export function forgetOthers(storage: Kept, userId: string): void {
  if (!storage.getItem(HISTORY)?.startsWith(ownerOf(userId))) storage.removeItem(HISTORY);
}

/** How everything begins that is kept for a person. */
export function ownerOf(userId: string): string {
  return `${JSON.stringify(userId)}\n`;
}
