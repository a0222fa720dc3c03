// Signing in with an account of an outside provider; loaded only where a stage has one.

import "@aws-amplify/auth/enable-oauth-listener";
import { signInWithRedirect } from "@aws-amplify/auth";
import { orInWords } from "./errors.ts";

/** Leave for the provider; Cognito sends the person back with a code, which Amplify takes. */
export async function signInWith(provider: string): Promise<void> {
  await orInWords(() => signInWithRedirect({ provider: { custom: provider } }));
}
