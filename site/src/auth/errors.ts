// What Cognito's errors mean, in words for the person.

import { AccountError } from "./person.ts";

const TOO_MANY = "There were too many attempts. Wait a few minutes and try again.";

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
  if (/attempts exceeded/i.test(message)) return TOO_MANY;
  switch (name) {
    // One sentence for both: a stranger must not learn which addresses have an account.
    case "NotAuthorizedException":
    case "UserNotFoundException":
      return /session/i.test(message) ? "This took too long. Please start again." : "The e-mail address or the password is wrong.";
    case "UsernameExistsException":
    case "AliasExistsException":
      return "There is an account with this e-mail address already. Sign in with it.";
    case "UserLambdaValidationException":
      return said(message.replace(/^\w+ failed with error /, ""));
    case "PasswordResetRequiredException":
      return "The password of this account must be set anew: choose “Forgotten your password?”.";
    case "InvalidPasswordException":
      return `This password is not strong enough. ${said(message.replace(/^.*?: /, ""))}`;
    case "PasswordHistoryPolicyViolationException":
      return "You have used this password before. Choose another one.";
    case "CodeMismatchException":
    case "EnableSoftwareTokenMFAException":
      return "This code is not right. Check it, and type the newest one you have.";
    case "ExpiredCodeException":
      return "This code is no longer good. Ask for a new one.";
    case "CodeDeliveryFailureException":
      return "We could not send a mail to this address. Check it, and try again.";
    case "LimitExceededException":
    case "TooManyRequestsException":
    case "TooManyFailedAttemptsException":
      return TOO_MANY;
    case "NetworkError":
      return "The sign-in service cannot be reached. Check your connection and try again.";
    case "SignInException":
      return "The sign-in took too long or was reloaded halfway. Please start again.";
    case "UserUnAuthenticatedException":
      return "Your session has ended. Sign in again.";
    default:
      return "This did not work. Please try again in a moment.";
  }
}

function said(text: string): string {
  return text.trim().replace(/\.?$/, ".");
}
