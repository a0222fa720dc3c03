"""Codes that a user pool mails are random, new each time, and expire.

AWS mails six random digits, good for 24 hours to confirm a sign-up and for one hour to set a new
password; a code that is asked for again replaces the one before, and confirming proves the address
(https://docs.aws.amazon.com/cognito/latest/developerguide/limits.html). Stock mails 123456 and
654321, for ever, again for users who are confirmed, and leaves the address unproven. Closed
where the mail is written and where the code comes back; SIGN_UP_CODE_SECONDS and
RECOVERY_CODE_SECONDS are for tests.
"""

import os
import secrets
import time
from typing import Any

from ministack.services import cognito

from blockwork.local.emulator.gaps._cognito import (
    Answer,
    Data,
    Pool,
    attributes_of,
    invalid,
    keep,
    pool_of,
    user_of,
)

SIGN_UP = "_confirmation_code"
RECOVERY = "_reset_code"
SECONDS = {
    SIGN_UP: float(os.environ.get("SIGN_UP_CODE_SECONDS", 24 * 3600)),
    RECOVERY: float(os.environ.get("RECOVERY_CODE_SECONDS", 3600)),
}
CODES = {"ConfirmSignUp": SIGN_UP, "ConfirmForgotPassword": RECOVERY}


def close() -> None:
    """Make codes, and let them expire."""
    send, check = cognito._send_verification_email, cognito._confirmation_code_error
    confirm, recover = cognito._confirm_sign_up, cognito._forgot_password
    resend = cognito._resend_confirmation_code

    def send_new(
        pool: Pool,
        username: str,
        attributes: dict[str, str],
        _code: str,
        attribute_name: str = "email",
    ) -> Any:
        user = cognito._resolve_user(pool, username)[0]
        kind = RECOVERY if attribute_name == "password" else SIGN_UP
        user[kind] = f"{secrets.randbelow(1_000_000):06}"
        user[f"{kind}_expires"] = time.time() + SECONDS[kind]
        return send(pool, username, attributes, user[kind], attribute_name=attribute_name)

    def refused(action: str, data: Data) -> Answer | None:
        user = user_of(data) if action in CODES else None
        if user:
            kind = CODES[action]
            if time.time() > user.get(f"{kind}_expires", 0.0):
                user.pop(kind, None)  # stock says the rest
        answer: Answer | None = check(action, data)
        return answer

    def confirm_address(data: Data) -> Answer:
        answer: Answer = confirm(data)
        pool, user = pool_of(data), user_of(data)
        if answer[0] == 200 and pool and user and "email" in pool.get("AutoVerifiedAttributes", []):
            keep(user, {**attributes_of(user), "email_verified": "true"})
        return answer

    def send_again(data: Data) -> Answer:
        user = user_of(data)
        if user and user["UserStatus"] != "UNCONFIRMED":
            return invalid("User is already confirmed.")
        answer: Answer = resend(data)
        return answer

    def recover_by_address(data: Data) -> Answer:
        user = user_of(data)
        attributes = attributes_of(user) if user else {}
        if user and attributes.get("email_verified") != "true":
            return invalid(
                "Cannot reset password for the user as there is no registered/verified email or"
                " phone_number"
            )
        answer: Answer = recover(data)
        return answer

    cognito._send_verification_email = send_new
    cognito._confirmation_code_error = refused
    cognito._confirm_sign_up = confirm_address
    cognito._resend_confirmation_code = send_again
    cognito._forgot_password = recover_by_address
