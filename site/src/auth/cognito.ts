// Tokens and signing in, by Amplify; loaded only when somebody signs in or is signed in.

import { Amplify } from "@aws-amplify/core";
import {
  confirmSignIn,
  fetchAuthSession,
  signIn as amplifySignIn,
  signOut as amplifySignOut,
  type SignInOutput,
} from "@aws-amplify/auth";
import { cognitoUserPoolsTokenProvider } from "@aws-amplify/auth/cognito";
import type { Config } from "../config.ts";
import { deviceStorage } from "../storage.ts";
import * as t from "../.texts/signIn.ts";
import { orInWords } from "./errors.ts";
import { AccountError, type Person, type SignInStep } from "./person.ts";

/** What Cognito vouches for: the ID token and who it names. */
export interface Identity {
  readonly person: Person;
  readonly idToken: string;
}

/** Tokens where the browser keeps things, or in memory where it keeps none. */
function tokenStorage() {
  const storage = deviceStorage();
  return {
    getItem: async (name: string) => storage.getItem(name),
    setItem: async (name: string, value: string) => storage.setItem(name, value),
    removeItem: async (name: string) => storage.removeItem(name),
    // Amplify removes its tokens one by one.
    clear: async () => undefined,
  };
}

export function configure({ userPoolId, userPoolClientId, userPoolEndpoint, signIn }: Config): void {
  const here = `${window.location.origin}/`;
  const auth = {
    Cognito: {
      userPoolId,
      userPoolClientId,
      ...(userPoolEndpoint ? { userPoolEndpoint } : {}),
      ...(signIn
        ? {
            loginWith: {
              oauth: {
                domain: signIn.domain,
                scopes: ["openid", "email"],
                redirectSignIn: [here],
                redirectSignOut: [here],
                responseType: "code" as const,
              },
            },
          }
        : {}),
    },
  };
  cognitoUserPoolsTokenProvider.setAuthConfig(auth);
  cognitoUserPoolsTokenProvider.setKeyValueStorage(tokenStorage());
  Amplify.configure({ Auth: auth }, { Auth: { tokenProvider: cognitoUserPoolsTokenProvider } });
}

/** The identity of the tokens kept in this browser, refreshed when due; undefined when Cognito refuses them. */
export async function currentIdentity({ fresh = false } = {}): Promise<Identity | undefined> {
  const { tokens } = await fetchAuthSession({ forceRefresh: fresh });
  const idToken = tokens?.idToken;
  if (!idToken) return undefined;
  const { sub, email, permissions, identities } = idToken.payload;
  return {
    idToken: idToken.toString(),
    person: {
      userId: sub ?? "",
      email: typeof email === "string" ? email : "",
      permissions: typeof permissions === "string" ? permissions : "",
      isFromOutside: identities !== undefined,
    },
  };
}

export async function signIn(email: string, password: string): Promise<SignInStep> {
  // Tokens of an earlier session would make Amplify refuse a new one.
  await amplifySignOut().catch(() => undefined);
  return stepAfter(() => amplifySignIn({ username: email, password }));
}

export async function answerStep(answer: string): Promise<SignInStep> {
  return stepAfter(() => confirmSignIn({ challengeResponse: answer }));
}

export async function signOut(): Promise<void> {
  await amplifySignOut();
}

async function stepAfter(attempt: () => Promise<SignInOutput>): Promise<SignInStep> {
  const { nextStep } = await orInWords(attempt);
  switch (nextStep.signInStep) {
    case "DONE":
      return "done";
    case "CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED":
      return "new-password";
    case "CONFIRM_SIGN_IN_WITH_TOTP_CODE":
      return "authenticator-code";
    case "CONFIRM_SIGN_UP":
      return "confirm";
    case "RESET_PASSWORD":
      throw new AccountError(t.mustReset);
    default:
      throw new AccountError(t.unknownStep({ step: nextStep.signInStep }));
  }
}
