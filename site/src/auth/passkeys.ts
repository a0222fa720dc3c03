// Passkeys: adding, listing and deleting them, and signing in by one, by Amplify; loaded only where they are used.

import {
  associateWebAuthnCredential,
  deleteWebAuthnCredential,
  fetchMFAPreference,
  listWebAuthnCredentials,
  signIn as amplifySignIn,
  signOut as amplifySignOut,
} from "aws-amplify/auth";
import { askCognito } from "./ask-cognito.ts";
import { orInWords } from "./errors.ts";
import { AccountError } from "./person.ts";

export interface Passkey {
  readonly id: string;
  readonly name: string;
  readonly addedAt: Date | undefined;
}

type Words = Readonly<Record<string, string>>;

const WORDS: Words = {
  PasskeyNotSupported: "This browser cannot use passkeys.",
  RelyingPartyMismatch: "The passkeys of your account are not made for this address of our site.",
  PasskeyOperationAborted: "Your browser stopped asking for the passkey. Please try again.",
};
const ADDING: Words = {
  ...WORDS,
  PasskeyRegistrationCanceled: "No passkey was added: your browser’s question was closed, or nobody answered it.",
  PasskeyAlreadyExists: "This device has a passkey for your account already.",
  LimitExceededException: "You have as many passkeys as there can be. Delete one that you no longer use first.",
  WebAuthnChallengeNotFoundException: "This took too long. Please start again.",
  WebAuthnCredentialNotSupportedException: "Passkeys of this device cannot be used here.",
  NotAuthorizedException: "Your session has ended. Sign in again.",
};
const DELETING: Words = {
  ResourceNotFoundException: "This passkey was deleted already.",
  NotAuthorizedException: "Your session has ended. Sign in again.",
};
/** One sentence for all, as far as it is in our hands: a stranger must not learn which addresses have an account. */
const NONE = "No passkey signed you in: there is none for this address on this device, or your browser’s question was closed. Try again, or sign in with your password.";
const NOT_TAKEN = "This passkey does not open this account, perhaps because it was deleted here. Sign in with your password.";
const SIGNING_IN: Words = {
  ...WORDS,
  PasskeyAuthenticationCanceled: NONE,
  NotAuthorizedException: NOT_TAKEN,
  UserNotFoundException: NONE,
};

/** Sign in by a passkey of this account; the tokens are Amplify's then. */
export async function signIn(email: string): Promise<void> {
  // Tokens of an earlier session would make Amplify refuse a new one.
  await amplifySignOut().catch(() => undefined);
  const { isSignedIn } = await inTheseWords(SIGNING_IN, () =>
    amplifySignIn({ username: email, options: { authFlowType: "USER_AUTH", preferredChallenge: "WEB_AUTHN" } }));
  if (!isSignedIn) throw new AccountError(NONE);
}

/** Ask the browser to make one. */
export async function add(): Promise<void> {
  await inTheseWords(ADDING, () => associateWebAuthnCredential());
  await countForBothSteps();
}

export async function remove(id: string): Promise<void> {
  await inTheseWords(DELETING, () => deleteWebAuthnCredential({ credentialId: id }));
}

/** All of them, the newest first. */
export async function list(): Promise<readonly Passkey[]> {
  const found: Passkey[] = [];
  let nextToken: string | undefined;
  do {
    const page = await orInWords(() => listWebAuthnCredentials({ ...(nextToken ? { nextToken } : {}) }));
    for (const { credentialId, friendlyCredentialName, createdAt } of page.credentials) {
      if (credentialId) found.push({ id: credentialId, name: friendlyCredentialName ?? "", addedAt: createdAt });
    }
    nextToken = page.nextToken;
  } while (nextToken);
  return found.sort((one, other) => Number(other.addedAt) - Number(one.addedAt));
}

/**
 * Say that a passkey counts for both steps of signing in: who has an authenticator app signs in by
 * no passkey before. Nothing is said for who has only one of them.
 */
export async function countForBothSteps(): Promise<void> {
  const { enabled } = await orInWords(() => fetchMFAPreference());
  if (!enabled?.includes("TOTP") || (await list()).length === 0) return;
  await orInWords(() => askCognito("SetUserMFAPreference", { WebAuthnMfaSettings: { Enabled: true } }));
}

/** Take that back, before the authenticator app is switched off. */
export async function countForOneStep(): Promise<void> {
  if ((await list()).length === 0) return;
  await orInWords(() => askCognito("SetUserMFAPreference", { WebAuthnMfaSettings: { Enabled: false } }));
}

/** What `attempt` answers; errors become an `AccountError` in these words, others in those of all accounts. */
async function inTheseWords<T>(words: Words, attempt: () => Promise<T>): Promise<T> {
  return orInWords(attempt).catch((error: unknown) => {
    const { cause } = error as AccountError;
    const name = cause instanceof Error ? cause.name : "";
    const message = cause instanceof Error ? cause.message : "";
    const said = name === "NotAuthorizedException" && /session for/i.test(message) ? undefined : words[name];
    throw said ? new AccountError(said, { cause }) : error;
  });
}
