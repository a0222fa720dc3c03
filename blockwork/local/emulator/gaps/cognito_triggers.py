"""The functions of a user pool can refuse, and are called when AWS calls them.

AWS waits 5 seconds for a trigger and asks up to three times, answers the caller
UserLambdaValidationException with the text of an error that the function raised, and hands no token
out if the token's trigger failed; PostConfirmation follows every confirmation, that of a forgotten
password too
(https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html).
Stock waits as long as the function may take, answers with the error's representation, hands out
tokens in spite of it, and never calls PostConfirmation. Closed where Cognito executes functions and
around what confirms a user; COGNITO_TRIGGER_SECONDS (5) is for tests.
"""

import os
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from ministack.services import cognito, lambda_svc

from blockwork.local.emulator.gaps._cognito import Answer, Pool, User, error, pool_of, user_of
from blockwork.local.emulator.gaps._permissions import may_invoke

Event = dict[str, Any]

LONGEST_SECONDS = int(os.environ.get("COGNITO_TRIGGER_SECONDS", "5"))
TRIES = 3
NO_CLIENT = "CLIENT_ID_NOT_APPLICABLE"  # what AWS says when an administrator confirms
PREFIXES = ("PreSignUp_", "PostConfirmation_", "TokenGeneration_", "CustomMessage_")
NAMES = {"TokenGeneration": "PreTokenGeneration"}


class TriggerError(Exception):
    """A trigger has not answered as it must.

    :param kind: the name of the error that the caller gets.
    """

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind
        failure.set(self)  # stock catches some, and answers as it likes


failure: ContextVar[TriggerError | None] = ContextVar("trigger_failure", default=None)


def close() -> None:
    """Take part in every call of a trigger, and call the one that is missing."""
    os.environ["MINISTACK_COGNITO_PRETOKEN_STRICT"] = "1"  # no token from a trigger that failed
    execute, run = lambda_svc._execute_function_with_config_scope, cognito._run_idp_handler

    def call(function: dict[str, Any], event: Any) -> Any:
        if not _is_trigger(event):
            return execute(function, event)
        return _call(execute, function, event)

    def handle(*request: Any) -> Answer:
        token = failure.set(None)
        try:
            answer: Answer = run(*request)
        except TriggerError as raised:
            answer = error(raised.kind, str(raised))
        else:
            failed = failure.get()
            if failed:
                answer = error(failed.kind, str(failed))
        finally:
            failure.reset(token)
        return answer

    lambda_svc._execute_function_with_config_scope = call
    cognito._run_idp_handler = handle
    _follow("_sign_up", "PostConfirmation_ConfirmSignUp")
    _follow("_confirm_sign_up", "PostConfirmation_ConfirmSignUp")
    _follow("_admin_confirm_sign_up", "PostConfirmation_ConfirmSignUp")
    _follow("_confirm_forgot_password", "PostConfirmation_ConfirmForgotPassword")


def _is_trigger(event: Any) -> bool:
    return (
        isinstance(event, dict)
        and "userPoolId" in event
        and str(event.get("triggerSource")).startswith(PREFIXES)
    )


def _call(execute: Callable[..., Any], function: dict[str, Any], event: Event) -> Any:
    prefix = event["triggerSource"].split("_")[0]
    name = NAMES.get(prefix, prefix)
    pool = cognito._user_pools[event["userPoolId"]]
    config = function["config"]
    if not may_invoke(config, "cognito-idp.amazonaws.com", cognito._pool_arn(pool["Id"])):
        raise _denied(name)
    _complete(event, pool)
    allowed = int(config.get("Timeout") or 3)
    limited = {**function, "config": {**config, "Timeout": min(allowed, LONGEST_SECONDS)}}
    for _ in range(TRIES):
        result = execute(limited, event)
        error = (result.get("body") or {}) if result.get("error") else None
        if error is None:
            return _checked(name, event, result)
        text = error.get("errorMessage", "") if isinstance(error, dict) else str(error)
        cut_off = allowed > LONGEST_SECONDS and text.startswith("Task timed out")
        if not (cut_off or result.get("throttle")):
            raise TriggerError("UserLambdaValidationException", f"{name} failed with error {text}.")
    raise TriggerError(
        "UnexpectedLambdaException",
        f"{name} invocation failed due to error Socket timeout while invoking Lambda function.",
    )


def _denied(name: str) -> TriggerError:
    return TriggerError(
        "UnexpectedLambdaException",
        f"{name} invocation failed due to error AccessDeniedException.",
    )


def _complete(event: Event, pool: Pool) -> None:
    attributes = event["request"]["userAttributes"]
    user = pool["_users"].get(event["userName"])
    if user:
        attributes["cognito:user_status"] = user["UserStatus"]
    elif event["triggerSource"].startswith("PreSignUp_"):
        attributes.pop("sub", None)  # there is no user yet


def _checked(name: str, event: Event, result: dict[str, Any]) -> dict[str, Any]:
    """Refuse what AWS does not understand: no event, or a claim that is no string (V1)."""
    body = cognito._extract_trigger_response(result.get("body"))
    claims = ((body or {}).get("claimsOverrideDetails") or {}).get("claimsToAddOrOverride") or {}
    if body is None or not all(isinstance(value, str) for value in claims.values()):
        raise TriggerError("InvalidLambdaResponseException", "Unrecognizable lambda output")
    return result


def _follow(operation: str, source: str) -> None:
    """Call PostConfirmation once `operation` has confirmed a user."""
    stock = getattr(cognito, operation)

    def run(data: dict[str, Any]) -> Answer:
        pool, user = pool_of(data), user_of(data)
        was = user["UserStatus"] if user else None
        if operation == "_admin_confirm_sign_up" and was not in (None, "UNCONFIRMED"):
            return error(
                "NotAuthorizedException", f"User cannot be confirmed. Current status is {was}"
            )
        answer: Answer = stock(data)
        user = user_of(data)
        confirmed = user is not None and user["UserStatus"] == "CONFIRMED"
        if answer[0] == 200 and pool and user and confirmed:
            _post_confirmation(pool, user, source, data.get("ClientId", NO_CLIENT))
        return answer

    setattr(cognito, operation, run)


def _post_confirmation(pool: Pool, user: User, source: str, client_id: str) -> None:
    reference = (pool.get("LambdaConfig") or {}).get("PostConfirmation")
    if not reference:
        return
    function, config, _ = lambda_svc._get_func_record_for_ref(reference)
    if function is None or config is None:
        raise _denied("PostConfirmation")
    event = {
        "version": "1",
        "triggerSource": source,
        "region": cognito._pool_region(pool["Id"]),
        "userPoolId": pool["Id"],
        "userName": user["Username"],
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client_id},
        "request": {"userAttributes": cognito._attr_list_to_dict(user["Attributes"])},
        "response": {},
    }
    record = lambda_svc._execution_record_for_config(function, config)
    lambda_svc._execute_function_with_config_scope(record, event)
