// Passkeys: adding, listing and deleting them, and signing in by one, by Amplify; loaded only where they are used.

import {
  associateWebAuthnCredential,
  deleteWebAuthnCredential,
  fetchMFAPreference,
  listWebAuthnCredentials,
  signIn as amplifySignIn,
  signOut as amplifySignOut,
} from "@aws-amplify/auth";
import * as t from "../.texts/passkeys.ts";
import { askCognito } from "./ask-cognito.ts";
import { orInWords } from "./errors.ts";
import { AccountError } from "./person.ts";

export interface Passkey {
  readonly id: string;
  readonly name: string;
  readonly addedAt: Date | undefined;
}

type Words = Readonly<Record<string, string>>;

const always = (): Words => ({
  PasskeyNotSupported: t.notSupported,
  RelyingPartyMismatch: t.otherAddress,
  PasskeyOperationAborted: t.aborted,
});
const ofAdding = (): Words => ({
  ...always(),
  PasskeyRegistrationCanceled: t.notAdded,
  PasskeyAlreadyExists: t.exists,
  LimitExceededException: t.tooMany,
  WebAuthnChallengeNotFoundException: t.tookTooLong,
  WebAuthnCredentialNotSupportedException: t.unfitDevice,
  NotAuthorizedException: t.sessionEnded,
});
const ofDeleting = (): Words => ({
  ResourceNotFoundException: t.goneAlready,
  NotAuthorizedException: t.sessionEnded,
});
/** One sentence for all, as far as it is in our hands: a stranger must not learn which addresses have an account. */
const ofSigningIn = (): Words => ({
  ...always(),
  PasskeyAuthenticationCanceled: t.noneSignedIn,
  UserNotFoundException: t.noneSignedIn,
  NotAuthorizedException: t.notTaken,
});

/** Sign in by a passkey of this account; the tokens are Amplify's then. */
export async function signIn(email: string): Promise<void> {
  // Tokens of an earlier session would make Amplify refuse a new one.
  await amplifySignOut().catch(() => undefined);
  const { isSignedIn } = await inTheseWords(ofSigningIn, () =>
    amplifySignIn({ username: email, options: { authFlowType: "USER_AUTH", preferredChallenge: "WEB_AUTHN" } }));
  if (!isSignedIn) throw new AccountError(t.noneSignedIn);
}

/** Ask the browser to make one. */
export async function add(): Promise<void> {
  await inTheseWords(ofAdding, () => associateWebAuthnCredential());
  await countForBothSteps();
}

export async function remove(id: string): Promise<void> {
  await inTheseWords(ofDeleting, () => deleteWebAuthnCredential({ credentialId: id }));
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
async function inTheseWords<T>(words: () => Words, attempt: () => Promise<T>): Promise<T> {
  return orInWords(attempt).catch((error: unknown) => {
    const { cause } = error as AccountError;
    const name = cause instanceof Error ? cause.name : "";
    const message = cause instanceof Error ? cause.message : "";
    const said = name === "NotAuthorizedException" && /session for/i.test(message) ? undefined : words()[name];
    throw said ? new AccountError(said, { cause }) : error;
  });
}
