"""What the gaps of Cognito have in common: whom a request is about, and how it is answered."""

from collections.abc import Callable
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import cognito

Answer = tuple[int, dict[str, str], bytes]
Attributes = dict[str, str]
Data = dict[str, Any]
Pool = dict[str, Any]
User = dict[str, Any]

_added: dict[str, Callable[[Data], Answer]] = {}


def error(kind: str, text: str) -> Answer:
    """Return Cognito's answer to a request that it refuses."""
    answer: Answer = error_response_json(kind, text, 400)
    return answer


def invalid(text: str) -> Answer:
    """Return the answer to a parameter that cannot be."""
    return error("InvalidParameterException", text)


def pool_of(data: Data) -> Pool | None:
    """Return the pool that a request names, itself or by a client."""
    pool: Pool | None = (
        cognito._user_pools.get(data["UserPoolId"])
        if "UserPoolId" in data
        else cognito._pool_for_client(data.get("ClientId"))[0]
    )
    return pool


def user_of(data: Data) -> User | None:
    """Return the user whom a request names."""
    pool = pool_of(data)
    user: User | None = cognito._resolve_user(pool, data.get("Username"))[0] if pool else None
    return user


def token_holder(data: Data) -> tuple[Pool | None, User | None, str]:
    """Return the pool and the user of an access token that counts, and the client it is for."""
    token = data.get("AccessToken", "")
    user, pool = cognito._user_pool_for_access_token(token)
    return pool, user, str(cognito._token_claims(token).get("client_id", ""))


def attributes_of(user: User) -> Attributes:
    """Return a user's attributes by name."""
    attributes: Attributes = cognito._attr_list_to_dict(user.get("Attributes", []))
    return attributes


def keep(user: User, attributes: Attributes) -> None:
    """Give a user these attributes instead of those that they have."""
    user["Attributes"] = cognito._dict_to_attr_list(attributes)
    user["UserLastModifiedDate"] = cognito._now_epoch()


def refuse(operation: str, reason: Callable[[Data], Answer | None]) -> None:
    """Answer an operation of stock only where there is no reason to refuse it.

    :param operation: the name of stock's function.
    :param reason: returns the refusal, None where there is none.
    """
    stock = getattr(cognito, operation)

    def run(data: Data) -> Answer:
        answer: Answer = reason(data) or stock(data)
        return answer

    setattr(cognito, operation, run)


def serve(operation: str, handler: Callable[[Data], Answer]) -> None:
    """Answer an operation that stock does not know."""
    if not _added:
        _answer_what_is_added()
    _added[operation] = handler
    cognito._UNSIGNED_IDP_ACTIONS.add(operation)  # the region is that of the token's pool


def _answer_what_is_added() -> None:
    stock = cognito._dispatch_idp

    async def dispatch(action: str, data: Data) -> Answer:
        if action not in _added:
            answer: Answer = await stock(action, data)
        else:
            answer = await cognito.run_reentrant(
                cognito._run_idp_handler, _added[action], action, data
            )
        return answer

    cognito._dispatch_idp = dispatch
