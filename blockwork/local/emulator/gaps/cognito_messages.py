"""What a user pool mails can be worded, or refused, by the pool's function for messages.

AWS asks CustomMessage before it mails a code, and answers the caller with the error that the
function raised
(https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-message.html).
Stock asks it about invitations only. Closed where codes are mailed.
"""

from contextvars import ContextVar
from typing import Any

from ministack.services import cognito

from blockwork.local.emulator.gaps._cognito import Answer, Attributes, Data, Pool

SOURCES = {
    "_sign_up": "CustomMessage_SignUp",
    "_resend_confirmation_code": "CustomMessage_ResendCode",
    "_forgot_password": "CustomMessage_ForgotPassword",
    "_admin_reset_user_password": "CustomMessage_ForgotPassword",
}

asking: ContextVar[tuple[str, Data]] = ContextVar("asking")


def close() -> None:
    """Ask the function about every code."""

    def send_code(
        pool: Pool,
        username: str,
        attributes: Attributes,
        code: str,
        attribute_name: str = "email",
    ) -> None:
        source, metadata = asking.get()
        send(pool, username, attributes, code, source=source, metadata=metadata)

    cognito._send_verification_email = send_code
    for operation, source in SOURCES.items():
        _ask_in(operation, source)


def send(
    pool: Pool, username: str, attributes: Attributes, code: str, *, source: str, metadata: Data
) -> None:
    """Mail a code to the address among the attributes.

    :raises cognito._CustomMessageRejected: if the pool's function refuses.
    """
    by_link = (pool.get("VerificationMessageTemplate") or {}).get("DefaultEmailOption")
    custom = cognito._apply_custom_message_trigger(pool, source, username, attributes, metadata)
    templates = cognito._resolve_verification_template(pool, by_link == "CONFIRM_WITH_LINK")
    shown = cognito._template_username(pool, username, attributes)
    subject, body = (
        cognito._expand_template(custom.get(name) or template, shown, code)
        for name, template in zip(("emailSubject", "emailMessage"), templates, strict=True)
    )
    cognito._deliver_cognito_email(
        pool, attributes.get("email"), subject, body, type_name="CognitoVerificationMessage"
    )


def _ask_in(operation: str, source: str) -> None:
    stock = getattr(cognito, operation)

    def run(data: Data) -> Any:
        token = asking.set((source, data.get("ClientMetadata") or {}))
        try:
            answer: Answer = stock(data)
        except cognito._CustomMessageRejected as refused:
            answer = cognito._custom_message_error(refused)
        finally:
            asking.reset(token)
        return answer

    setattr(cognito, operation, run)
