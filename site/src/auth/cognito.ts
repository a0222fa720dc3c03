// Everything that touches Amplify; loaded only when somebody signs in or is signed in.

import { Amplify } from "aws-amplify";
import {
  confirmSignIn,
  fetchAuthSession,
  signIn as amplifySignIn,
  signOut as amplifySignOut,
  type SignInOutput,
} from "aws-amplify/auth";
import type { Config } from "../config.ts";
import { SignInError, type Person, type SignInStep } from "./session.ts";

/** What Cognito vouches for: the ID token and who it names. */
export interface Identity {
  readonly person: Person;
  readonly idToken: string;
}

export function configure(config: Config): void {
  Amplify.configure({
    Auth: {
      Cognito: {
        userPoolId: config.userPoolId,
        userPoolClientId: config.userPoolClientId,
        ...(config.userPoolEndpoint ? { userPoolEndpoint: config.userPoolEndpoint } : {}),
      },
    },
  });
}

/** The identity of the tokens kept in this browser, refreshed when due; undefined when Cognito refuses them. */
export async function currentIdentity({ fresh = false } = {}): Promise<Identity | undefined> {
  const { tokens } = await fetchAuthSession({ forceRefresh: fresh });
  const idToken = tokens?.idToken;
  if (!idToken) return undefined;
  const { email, "cognito:groups": groups } = idToken.payload;
  return {
    idToken: idToken.toString(),
    person: {
      email: typeof email === "string" ? email : "",
      groups: Array.isArray(groups) ? groups.map(String) : [],
    },
  };
}

export async function signIn(email: string, password: string): Promise<SignInStep> {
  // Tokens of an earlier session would make Amplify refuse a new one.
  await amplifySignOut().catch(() => undefined);
  return translated(() => amplifySignIn({ username: email, password }));
}

export async function chooseNewPassword(password: string): Promise<SignInStep> {
  return translated(() => confirmSignIn({ challengeResponse: password }));
}

export async function signOut(): Promise<void> {
  await amplifySignOut();
}

async function translated(attempt: () => Promise<SignInOutput>): Promise<SignInStep> {
  let step: string;
  try {
    step = (await attempt()).nextStep.signInStep;
  } catch (error) {
    throw new SignInError(inWords(error), { cause: error });
  }
  switch (step) {
    case "DONE":
      return "done";
    case "CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED":
      return "new-password";
    case "CONFIRM_SIGN_UP":
      throw new SignInError("This account is not confirmed yet. Follow the steps in the e-mail we sent you, then sign in.");
    case "RESET_PASSWORD":
      throw new SignInError("The password of this account must be reset first. Please contact us.");
    default:
      throw new SignInError(`This account needs a step that this site does not offer yet (${step}). Please contact us.`);
  }
}

function inWords(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  const message = error instanceof Error ? error.message : "";
  // Cognito reports a lock after many wrong passwords under the name of a wrong password.
  if (/attempts exceeded/i.test(message)) return TOO_MANY;
  switch (name) {
    // One sentence for both: a stranger must not learn which addresses have an account.
    case "NotAuthorizedException":
    case "UserNotFoundException":
      return "The e-mail address or the password is wrong.";
    case "UserNotConfirmedException":
      return "This account is not confirmed yet. Follow the steps in the e-mail we sent you, then sign in.";
    case "PasswordResetRequiredException":
      return "The password of this account must be reset first. Please contact us.";
    case "InvalidPasswordException":
      return `This password is not strong enough. ${message.replace(/^.*?: /, "").replace(/\.?$/, ".")}`;
    case "LimitExceededException":
    case "TooManyRequestsException":
    case "TooManyFailedAttemptsException":
      return TOO_MANY;
    case "NetworkError":
      return "The sign-in service cannot be reached. Check your connection and try again.";
    case "SignInException":
      return "The sign-in took too long or was reloaded halfway. Please start again.";
    default:
      return "Signing in did not work. Please try again in a moment.";
  }
}

const TOO_MANY = "There were too many attempts. Wait a few minutes and try again.";
