// Who signs in, and what may stand in the way: what a session and its parts speak of.

export interface Person {
  /** The user pool's id of the person. */
  readonly userId: string;
  readonly email: string;
  /** The claim of the ID token; what it grants is decided by the APIs. */
  readonly permissions: string;
  /** Whether an outside provider keeps the password. */
  readonly isFromOutside: boolean;
}

/** What the account asks for next; `confirm` is the code that proves the e-mail address. */
export type SignInStep = "done" | "new-password" | "authenticator-code" | "confirm";

/** What did not work with an account; the message is meant for the person. */
export class AccountError extends Error {}

/** No valid tokens: the person has to sign in again. */
export class SessionExpired extends Error {}
