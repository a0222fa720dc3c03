"""An address that a user changes counts once the code proves it that was mailed there.

Where AttributesRequireVerificationBeforeUpdate names `email`, AWS keeps the old address until
VerifyUserAttribute brings the code; elsewhere the new one counts at once, but as unverified. An
administrator may say that it is verified. An address that somebody else signs in with is refused
(https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-email-phone-verification.html).
Stock takes every new address at once, leaves it verified, mails no code, and knows neither
VerifyUserAttribute nor GetUserAttributeVerificationCode. Closed around what updates attributes;
ADDRESS_CODE_SECONDS (a day) is for tests.
"""

import os
import secrets
import time
from collections.abc import Callable

from ministack.core.responses import json_response
from ministack.services import cognito

from blockwork.local.emulator.gaps import cognito_messages
from blockwork.local.emulator.gaps._cognito import (
    Answer,
    Attributes,
    Data,
    Pool,
    User,
    attributes_of,
    error,
    invalid,
    keep,
    pool_of,
    serve,
    token_holder,
    user_of,
)
from blockwork.local.emulator.gaps.cognito_names import VERIFIABLE, holder_of, taken

PENDING = "_pending_addresses"
SECONDS = float(os.environ.get("ADDRESS_CODE_SECONDS", 24 * 3600))
UPDATED = "CustomMessage_UpdateUserAttribute"
ASKED = "CustomMessage_VerifyUserAttribute"


def close() -> None:
    """Take new addresses out of what is updated."""
    update, admin_update = cognito._update_user_attributes, cognito._admin_update_user_attributes

    def update_own(data: Data) -> Answer:
        pool, user, _ = token_holder(data)
        return _change(data, pool, user, update)

    def update_others(data: Data) -> Answer:
        return _change(data, pool_of(data), user_of(data), admin_update)

    cognito._update_user_attributes = update_own
    cognito._admin_update_user_attributes = update_others
    serve("GetUserAttributeVerificationCode", _send_again)
    serve("VerifyUserAttribute", _verify)


def _change(
    data: Data, pool: Pool | None, user: User | None, update: Callable[[Data], Answer]
) -> Answer:
    if pool is None or user is None:
        return update(data)
    wanted: Attributes = cognito._attr_list_to_dict(data.get("UserAttributes", []))
    had = attributes_of(user)
    changed = {name for name in VERIFIABLE if wanted.get(name) and wanted[name] != had.get(name)}
    for name in changed:
        if holder_of(pool, name, wanted[name], but=user) and name in _names(pool):
            return taken(name)
    delivered = []
    for name in changed:
        if wanted.get(f"{name}_verified") == "true":
            continue
        wanted[f"{name}_verified"] = "false"
        if name not in (pool.get("AutoVerifiedAttributes") or []):
            continue
        try:
            _mail(pool, user, name, wanted[name], UPDATED, data)
        except cognito._CustomMessageRejected as refused:
            answer: Answer = cognito._custom_message_error(refused)
            return answer
        delivered.append(_delivery(name, wanted[name]))
        if name in _kept_until_proven(pool):
            del wanted[name], wanted[f"{name}_verified"]
    answer = update({**data, "UserAttributes": cognito._dict_to_attr_list(wanted)})
    if answer[0] != 200 or "AccessToken" not in data:
        return answer
    answered: Answer = json_response({"CodeDeliveryDetailsList": delivered})
    return answered


def _names(pool: Pool) -> set[str]:
    return {*(pool.get("UsernameAttributes") or []), *(pool.get("AliasAttributes") or [])}


def _kept_until_proven(pool: Pool) -> list[str]:
    settings = pool.get("UserAttributeUpdateSettings") or {}
    return list(settings.get("AttributesRequireVerificationBeforeUpdate") or [])


def _mail(pool: Pool, user: User, name: str, value: str, source: str, data: Data) -> None:
    code = f"{secrets.randbelow(1_000_000):06}"
    attributes = {**attributes_of(user), name: value}
    if name == "email":
        cognito_messages.send(
            pool,
            user["Username"],
            attributes,
            code,
            source=source,
            metadata=data.get("ClientMetadata") or {},
        )
    pending = {"value": value, "code": code, "expires": time.time() + SECONDS}
    user[PENDING] = {**user.get(PENDING, {}), name: pending}


def _delivery(name: str, value: str) -> dict[str, str]:
    return {
        "Destination": cognito._masked_destination(value),
        "DeliveryMedium": "EMAIL" if name == "email" else "SMS",
        "AttributeName": name,
    }


def _send_again(data: Data) -> Answer:
    pool, user, _ = token_holder(data)
    name = data.get("AttributeName", "")
    if pool is None or user is None:
        return error("NotAuthorizedException", "Invalid access token.")
    pending = user.get(PENDING, {}).get(name, {})
    value = pending.get("value") or attributes_of(user).get(name)
    if name not in VERIFIABLE or not value:
        return invalid("user has no such attribute that can be verified")
    try:
        _mail(pool, user, name, value, ASKED, data)
    except cognito._CustomMessageRejected as refused:
        answer: Answer = cognito._custom_message_error(refused)
    else:
        answer = json_response({"CodeDeliveryDetails": _delivery(name, value)})
    return answer


def _verify(data: Data) -> Answer:
    pool, user, _ = token_holder(data)
    name = data.get("AttributeName", "")
    if pool is None or user is None:
        return error("NotAuthorizedException", "Invalid access token.")
    pending = user.get(PENDING, {}).get(name, {})
    if time.time() > pending.get("expires", 0.0):
        pending = {}
    if wrong := cognito._code_error(pending.get("code"), data.get("Code")):
        refused: Answer = wrong
        return refused
    if name in _names(pool) and holder_of(pool, name, pending["value"], but=user):
        return taken(name)
    user[PENDING] = {other: kept for other, kept in user[PENDING].items() if other != name}
    proven = {name: pending["value"], f"{name}_verified": "true"}
    keep(user, {**attributes_of(user), **proven})
    answer: Answer = json_response({})
    return answer
