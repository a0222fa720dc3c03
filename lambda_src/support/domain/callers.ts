/** Who says something. */

import { createHash } from "node:crypto";

/**
 * Return the id of whom a verified token is of.
 *
 * Users of this platform are called as everywhere on it. What another issuer calls its users could be
 * anything, also the id of one of ours: theirs are told apart by a digest of both names.
 *
 * @param own the issuer of this platform's users.
 */
export function callerOf(issuer: string, subject: string, own: string): string {
  if (issuer === own) return subject;
  const digest = createHash("sha256").update(JSON.stringify([issuer, subject])).digest("hex");
  return `guest-${digest.slice(0, 32)}`;
}
