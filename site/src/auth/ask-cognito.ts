// Calls of Cognito's API that Amplify does not have, or whose failure it keeps to itself.

import { Amplify } from "@aws-amplify/core";
import { fetchAuthSession } from "@aws-amplify/auth";

/** Call an operation for who is signed in, with a new access token; its errors have Cognito's names. */
export async function askCognito(operation: string, parameters: object = {}): Promise<void> {
  const { tokens } = await fetchAuthSession({ forceRefresh: true });
  const { userPoolId, userPoolEndpoint } = Amplify.getConfig().Auth?.Cognito ?? {};
  const response = await fetch(userPoolEndpoint ?? `https://cognito-idp.${userPoolId?.split("_")[0]}.amazonaws.com/`, {
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `AWSCognitoIdentityProviderService.${operation}` },
    body: JSON.stringify({ ...parameters, AccessToken: tokens?.accessToken.toString() }),
  }).catch((cause: unknown) => {
    throw Object.assign(new Error("no answer", { cause }), { name: "NetworkError" });
  });
  if (response.ok) return;
  const { __type: type } = (await response.json().catch(() => ({}))) as { readonly __type?: string };
  throw Object.assign(new Error(`Cognito answered ${response.status}`), { name: type ?? "" });
}
