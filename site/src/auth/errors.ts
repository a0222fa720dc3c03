// What Cognito's errors mean, in words for the person.

import * as t from "../.texts/signIn.ts";
import { AccountError } from "./person.ts";

/** What `attempt` answers; its errors become an `AccountError` in words. */
export async function orInWords<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    throw new AccountError(inWords(error), { cause: error });
  }
}

function inWords(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  const message = error instanceof Error ? error.message : "";
  // Cognito reports a lock after many wrong passwords under the name of a wrong password.
  if (/attempts exceeded/i.test(message)) return t.tooMany;
  switch (name) {
    // One sentence for both: a stranger must not learn which addresses have an account.
    case "NotAuthorizedException":
    case "UserNotFoundException":
      return /session/i.test(message) ? t.tookTooLong : t.wrong;
    case "UsernameExistsException":
    case "AliasExistsException":
      return t.accountExists;
    case "UserLambdaValidationException":
      return said(message.replace(/^\w+ failed with error /, ""));
    case "PasswordResetRequiredException":
      return t.mustReset;
    case "InvalidPasswordException":
      return t.weakPassword({ why: said(message.replace(/^.*?: /, "")) });
    case "PasswordHistoryPolicyViolationException":
      return t.usedPassword;
    case "CodeMismatchException":
    case "EnableSoftwareTokenMFAException":
      return t.wrongCode;
    case "ExpiredCodeException":
      return t.expiredCode;
    case "CodeDeliveryFailureException":
      return t.noMail;
    case "LimitExceededException":
    case "TooManyRequestsException":
    case "TooManyFailedAttemptsException":
      return t.tooMany;
    case "NetworkError":
      return t.notReached;
    case "SignInException":
      return t.halfway;
    case "UserUnAuthenticatedException":
      return t.sessionEnded;
    default:
      return t.didNotWork;
  }
}

function said(text: string): string {
  return text.trim().replace(/\.?$/, ".");
}
