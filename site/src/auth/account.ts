// Making, recovering and securing an account, by Amplify; loaded only on the pages that do it.

import {
  confirmResetPassword,
  confirmSignUp,
  confirmUserAttribute,
  fetchMFAPreference,
  resendSignUpCode,
  resetPassword,
  setUpTOTP,
  signUp as amplifySignUp,
  updateMFAPreference,
  updatePassword,
  updateUserAttribute,
  verifyTOTPSetup,
} from "@aws-amplify/auth";
import * as t from "../.texts/signIn.ts";
import { askCognito } from "./ask-cognito.ts";
import { orInWords } from "./errors.ts";
import { AccountError } from "./person.ts";

/** What an authenticator app needs, once as text to type and once as a link to open. */
export interface AuthenticatorSecret {
  readonly text: string;
  readonly link: string;
}

/** Make an account; a code to confirm it goes to the e-mail address. */
export async function signUp(email: string, password: string): Promise<void> {
  await orInWords(() =>
    amplifySignUp({ username: email, password, options: { userAttributes: { email } } }));
}

export async function confirm(email: string, code: string): Promise<void> {
  await orInWords(async () => {
    try {
      await confirmSignUp({ username: email, confirmationCode: code });
    } catch (error) {
      // Confirmed in another tab: what was asked for.
      if (!/current status is confirmed/i.test(String(error))) throw error;
    }
  });
}

export async function sendConfirmationCode(email: string): Promise<void> {
  await orInWords(() => resendSignUpCode({ username: email }));
}

/** Send a code to an account's address; what is answered does not tell whether there is one. */
export async function sendResetCode(email: string): Promise<void> {
  await orInWords(() => resetPassword({ username: email }));
}

export async function setPassword(email: string, code: string, password: string): Promise<void> {
  await orInWords(() => confirmResetPassword({ username: email, confirmationCode: code, newPassword: password }));
}

export async function changePassword(before: string, after: string): Promise<void> {
  try {
    await orInWords(() => updatePassword({ oldPassword: before, newPassword: after }));
  } catch (error) {
    const { cause } = error as AccountError;
    if (cause instanceof Error && cause.name === "NotAuthorizedException") {
      throw new AccountError(t.otherPassword, { cause });
    }
    throw error;
  }
}

/** Ask for another address, to which a code goes; the present one stays until that is given. */
export async function changeEmail(email: string): Promise<void> {
  await orInWords(() => updateUserAttribute({ userAttribute: { attributeKey: "email", value: email } }));
}

export async function confirmEmail(code: string): Promise<void> {
  await orInWords(() => confirmUserAttribute({ userAttributeKey: "email", confirmationCode: code }));
}

/**
 * End every session of the account. Amplify's own `signOut({ global: true })` says nothing when it fails, for
 * example with an access token that has expired.
 */
export async function signOutEverywhere(): Promise<void> {
  await orInWords(() => askCognito("GlobalSignOut"));
}

export async function hasAuthenticator(): Promise<boolean> {
  const { enabled } = await orInWords(() => fetchMFAPreference());
  return enabled?.includes("TOTP") ?? false;
}

/** A new secret; nothing is asked at sign-in until a code made with it was given. */
export async function newAuthenticator(issuer: string, email: string): Promise<AuthenticatorSecret> {
  const details = await orInWords(() => setUpTOTP());
  return { text: details.sharedSecret, link: details.getSetupUri(issuer, email).href };
}

export async function switchAuthenticatorOn(code: string): Promise<void> {
  await orInWords(async () => {
    await verifyTOTPSetup({ code });
    await updateMFAPreference({ totp: "PREFERRED" });
  });
}

export async function switchAuthenticatorOff(): Promise<void> {
  await orInWords(() => updateMFAPreference({ totp: "DISABLED" }));
}
