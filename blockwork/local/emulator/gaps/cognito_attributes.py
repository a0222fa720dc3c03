"""Users have only the attributes of their pool's schema, and write only what their client may.

AWS refuses attributes that the schema does not have, values that do not fit it, changes of what is
immutable (`sub` always) and sign-ups without what is required; users write the WriteAttributes of
their client, never `email_verified`; they are shown its ReadAttributes, by GetUser and in the ID
token; an outside provider's mapping writes what is mapped, if the client may write it
(https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html).
Stock stores and shows whatever it is told, calls every address verified, and knows neither
DeleteUserAttributes nor AdminDeleteUserAttributes. Closed in front of what writes attributes, and
behind what shows them.
"""

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from ministack.core.responses import json_response
from ministack.services import cognito

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
    refuse,
    serve,
    token_holder,
    user_of,
)
from blockwork.local.emulator.gaps._cognito_schema import (
    Schema,
    misfit,
    readable,
    schema_of,
    unfit_client,
    writable,
)

IN_CHALLENGE = "userAttributes."


def close() -> None:
    """Hold what is written, and what is shown, against schema and client."""
    _check_clients()
    _check_new_users()
    _check_updates()
    _check_first_passwords()
    serve("DeleteUserAttributes", _delete_own)
    serve("AdminDeleteUserAttributes", _delete_others)
    _show_what_is_readable()
    _map_what_is_writable()


def _check_clients() -> None:
    for operation, doing in (("create", "creating"), ("update", "updating")):
        refuse(f"_{operation}_user_pool_client", partial(_unfit_client, doing))


def _unfit_client(doing: str, data: Data) -> Answer | None:
    pool = pool_of(data)
    unfit = unfit_client(pool, data) if pool else None
    return (
        invalid(f"Invalid {unfit} attributes specified while {doing} a client") if unfit else None
    )


def _check_new_users() -> None:
    def sign_up(data: Data) -> Answer | None:
        pool = pool_of(data)
        if pool is None:
            return None
        given = _given(data)
        named = {name: data.get("Username") for name in pool.get("UsernameAttributes") or []}
        return (
            _unauthorized(pool, data.get("ClientId", ""), given)
            or _unfit(pool, given)
            or _missing(schema_of(pool), {**named, **given})
        )

    def creation(data: Data) -> Answer | None:
        pool = pool_of(data)
        return _unfit(pool, _given(data)) if pool else None

    refuse("_sign_up", sign_up)
    refuse("_admin_create_user", creation)


def _check_updates() -> None:
    update, admin_update = cognito._update_user_attributes, cognito._admin_update_user_attributes

    def update_own(data: Data) -> Answer:
        pool, user, client = token_holder(data)
        refused = _unauthorized(pool, client, _given(data)) if pool else None
        return refused or _update(data, pool, user, update)

    def update_others(data: Data) -> Answer:
        return _update(data, pool_of(data), user_of(data), admin_update)

    cognito._update_user_attributes = update_own
    cognito._admin_update_user_attributes = update_others


def _update(
    data: Data, pool: Pool | None, user: User | None, update: Callable[[Data], Answer]
) -> Answer:
    """Update what may be changed; a blank value deletes."""
    if pool is None or user is None:
        return update(data)
    given = _given(data)
    blank = {name for name, value in given.items() if value == ""}
    filled = {name: value for name, value in given.items() if name not in blank}
    refused = _fixed(pool, given) or _unfit(pool, filled) or _needed(pool, blank)
    if refused:
        return refused
    answer = update({**data, "UserAttributes": cognito._dict_to_attr_list(filled)})
    if answer[0] == 200 and blank:
        _delete(user, blank)
    return answer


def _check_first_passwords() -> None:
    for operation in ("_respond_to_auth_challenge", "_admin_respond_to_auth_challenge"):
        refuse(operation, _take_with_first_password)


def _take_with_first_password(data: Data) -> Answer | None:
    """Take the attributes that come with a first password, but for those that are there."""
    responses = data.get("ChallengeResponses") or {}
    given = {
        name.removeprefix(IN_CHALLENGE): value
        for name, value in responses.items()
        if name.startswith(IN_CHALLENGE)
    }
    pool = pool_of(data)
    user = cognito._resolve_user(pool, responses.get("USERNAME"))[0] if pool else None
    if not given or not pool or not user or data.get("ChallengeName") != "NEW_PASSWORD_REQUIRED":
        return None
    had = attributes_of(user)
    refused = _unauthorized(pool, data.get("ClientId", ""), given) or _unfit(pool, given)
    if there := [name for name in given if had.get(name)]:
        text = f"Cannot modify an already provided {there[0]}"
        refused = refused or error("NotAuthorizedException", text)
    if refused is None:
        keep(user, {**had, **given})
    return refused


def _delete_own(data: Data) -> Answer:
    pool, user, client = token_holder(data)
    names = data.get("UserAttributeNames") or []
    refused = _unauthorized(pool, client, names) if pool else None
    return refused or _deleted(pool, user, names)


def _delete_others(data: Data) -> Answer:
    return _deleted(pool_of(data), user_of(data), data.get("UserAttributeNames") or [])


def _deleted(pool: Pool | None, user: User | None, names: Iterable[str]) -> Answer:
    if pool is None or user is None:
        return error("UserNotFoundException", "User does not exist.")
    if refused := _fixed(pool, names) or _needed(pool, names):
        return refused
    _delete(user, names)
    answer: Answer = json_response({})
    return answer


def _delete(user: User, names: Iterable[str]) -> None:
    keep(user, {name: value for name, value in attributes_of(user).items() if name not in names})


def _given(data: Data) -> Attributes:
    given: Attributes = cognito._attr_list_to_dict(
        [{"Value": "", **one} for one in data.get("UserAttributes") or []]
    )
    return given


def _unauthorized(pool: Pool, client_id: str, names: Iterable[str]) -> Answer | None:
    if "sub" in names:
        return invalid("Cannot modify the non-mutable attribute sub")
    if set(names) <= writable(pool, client_id):
        return None
    return error("NotAuthorizedException", "A client attempted to write unauthorized attribute")


def _unfit(pool: Pool, given: Attributes) -> Answer | None:
    schema = schema_of(pool)
    for name, value in given.items():
        if name not in schema:
            return invalid(f"user.{name}: Attribute does not exist in the schema.")
        if reason := misfit(schema[name], value):
            return invalid(f"Attributes did not conform to the schema: {name}: {reason}")
    return None


def _fixed(pool: Pool, names: Iterable[str]) -> Answer | None:
    schema = schema_of(pool)
    for name in names:
        if name == "sub":
            return invalid("Cannot modify the non-mutable attribute sub")
        if name in schema and not schema[name]["Mutable"]:
            return invalid(f"user.{name}: Attribute cannot be updated.")
    return None


def _needed(pool: Pool, names: Iterable[str]) -> Answer | None:
    schema = schema_of(pool)
    for name in names:
        if schema.get(name, {}).get("Required"):
            return invalid(f"user.{name}: Attribute is required and cannot be deleted.")
    return None


def _missing(schema: Schema, given: dict[str, Any]) -> Answer | None:
    for name, rule in schema.items():
        if rule["Required"] and name != "sub" and not given.get(name):
            text = f"Attributes did not conform to the schema: {name}: The attribute is required"
            return invalid(text)
    return None


def _show_what_is_readable() -> None:
    get_user, make_claims = cognito._get_user, cognito._apply_pretoken_trigger

    def get_readable(data: Data) -> Answer:
        status, headers, body = get_user(data)
        pool, _, client = token_holder(data)
        if status != 200 or pool is None:
            return status, headers, body
        shown = json.loads(body)
        may_read = readable(pool, client) | {"sub", "identities"}
        shown["UserAttributes"] = [
            one for one in shown["UserAttributes"] if one["Name"] in may_read
        ]
        answer: Answer = json_response(shown)
        return answer

    def claims_of_readable(**named: Any) -> dict[str, Any]:
        pool = cognito._user_pools.get(named["pool_id"])
        claims: dict[str, Any] = named["claims"]
        attributes = named["user_attrs"]
        if pool and named["token_type"] == "id":
            may_read = readable(pool, named["client_id"]) | {"sub", "identities"}
            for name in set(attributes) - may_read:
                claims.pop(name, None)
            if "email_verified" not in attributes:
                claims["email_verified"] = False
        made: dict[str, Any] = make_claims(**named)
        if not made.get("cognito:groups"):
            made.pop("cognito:groups", None)
        return made

    cognito._get_user = get_readable
    cognito._apply_pretoken_trigger = claims_of_readable


def _map_what_is_writable() -> None:
    stock = cognito._apply_inbound_federation_trigger

    def map_attributes(
        pool_id: str, client_id: str, username: str, provider: str, kind: str, told: Data
    ) -> Attributes:
        changed = stock(pool_id, client_id, username, provider, kind, told)
        claims = changed or told.get("samlResponse") or told.get("idToken") or {}
        pool = cognito._get_pool_unscoped(pool_id)
        mapping = dict(pool["_identity_providers"][provider].get("AttributeMapping") or {})
        mapping.pop("username", None)
        unwritable = set(mapping) - writable(pool, client_id)
        if unwritable:
            names = ", ".join(sorted(unwritable))
            raise cognito._InboundFederationRejected(
                f"client {client_id} may not write what is mapped: {names}"
            )
        found = {name: str(claims[claim]) for name, claim in mapping.items() if claim in claims}
        required = [name for name, rule in schema_of(pool).items() if rule["Required"]]
        missing = [name for name in required if name != "sub" and not found.get(name)]
        if missing or not found:
            raise cognito._InboundFederationRejected(f"attributes required: {missing}")
        # Stock maps once more; what stands for itself stays as it is.
        return {mapping[name]: value for name, value in found.items()}

    cognito._apply_inbound_federation_trigger = map_attributes
