"""Users are found by the names that AWS knows them by, in any case where the pool says so.

In a pool that is not case-sensitive `Ada@Example.com` and `ada@example.com` are one user, whether
they sign up, sign in, or are asked for; an address that somebody signs in with is nobody else's; an
address of an outside provider is no name to sign in with, and who has no password cannot sign in
with one
(https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html).
Stock stores UsernameConfiguration without effect, lets two users have one address, and takes any
password for a user of an outside provider. Closed where users are looked up, made and confirmed.
"""

from typing import Any

from ministack.services import cognito

from blockwork.local.emulator.gaps._cognito import (
    Answer,
    Attributes,
    Data,
    Pool,
    User,
    attributes_of,
    error,
    keep,
    pool_of,
    user_of,
)

VERIFIABLE = {"email": "email", "phone_number": "phone number"}
"""The attributes that can be verified, and what errors call them."""


def close() -> None:
    """Look users up by every name of theirs."""
    refuse_password = cognito._password_signin_refused

    def refused(user: User) -> Answer | None:
        if not user.get("_password"):
            return error("NotAuthorizedException", "Incorrect username or password.")
        answer: Answer | None = refuse_password(user)
        return answer

    cognito._resolve_user = _resolve
    cognito._password_signin_refused = refused
    for operation in ("_sign_up", "_admin_create_user"):
        _respect_names(operation)
    _respect_aliases()


def holder_of(pool: Pool, attribute: str, value: str, *, but: User | None = None) -> User | None:
    """Return the user who signs in with this value of an attribute, if anybody does.

    :param but: who may have it.
    """
    wanted = _folded(pool, value)
    for user in pool["_users"].values():
        has = attributes_of(user).get(attribute)
        if has is None or user is but or _folded(pool, has) != wanted:
            continue
        if attribute in _aliases(pool, user):
            found: User = user
            return found
    return None


def taken(attribute: str) -> Answer:
    """Return the answer to who wants a name of somebody else."""
    name = VERIFIABLE.get(attribute, attribute)
    return error("AliasExistsException", f"An account with the given {name} already exists.")


def _resolve(pool: Pool, username: str | None) -> tuple[User | None, Answer | None]:
    users = pool["_users"]
    if username in users:
        return users[username], None
    wanted = _folded(pool, username or "")
    for user in users.values():
        if username == attributes_of(user).get("sub") or wanted == _folded(pool, user["Username"]):
            return user, None
    names = [*pool.get("UsernameAttributes", []), *pool.get("AliasAttributes", [])]
    for attribute in names if username else []:
        if user := holder_of(pool, attribute, wanted):
            return user, None
    return None, error("UserNotFoundException", "User does not exist.")


def _folded(pool: Pool, name: str) -> str:
    # "true … is the default value" (API reference, UsernameConfigurationType).
    sensitive = (pool.get("UsernameConfiguration") or {}).get("CaseSensitive", True)
    return name if sensitive in (True, "true") else name.lower()


def _aliases(pool: Pool, user: User) -> set[str]:
    """Return the attributes that a user signs in with: aliases once they are verified."""
    if user["UserStatus"] == "EXTERNAL_PROVIDER":
        return set()
    attributes = attributes_of(user)
    names = set(pool.get("UsernameAttributes") or [])
    for name in pool.get("AliasAttributes") or []:
        if name not in VERIFIABLE or attributes.get(f"{name}_verified") == "true":
            names.add(name)
    return names & set(attributes)


def _respect_names(operation: str) -> None:
    """Let a user name in another case be the one that is there."""
    stock = getattr(cognito, operation)

    def run(data: Data) -> Answer:
        pool = pool_of(data)
        if pool and not pool.get("UsernameAttributes") and data.get("Username"):
            wanted = _folded(pool, data["Username"])
            names = [name for name in pool["_users"] if _folded(pool, name) == wanted]
            data = {**data, "Username": names[0]} if names else data
        answer: Answer = stock(data)
        return answer

    setattr(cognito, operation, run)


def _respect_aliases() -> None:
    """Confirm nobody with an alias of somebody else, unless they are to lose it."""
    confirm, create = cognito._confirm_sign_up, cognito._admin_create_user

    def confirm_sign_up(data: Data) -> Answer:
        pool, user = pool_of(data), user_of(data)
        attributes = attributes_of(user) if user else {}
        proven = set((pool or {}).get("AutoVerifiedAttributes") or [])
        wanted = {name: attributes[name] for name in proven & set(attributes)}
        answer: Answer = _moved(data, pool, wanted, user) or confirm(data)
        return answer

    def admin_create_user(data: Data) -> Answer:
        given = cognito._attr_list_to_dict(data.get("UserAttributes", []))
        verified = {
            name: given[name]
            for name in VERIFIABLE
            if name in given and given.get(f"{name}_verified") == "true"
        }
        answer: Answer = _moved(data, pool_of(data), verified, None) or create(data)
        return answer

    cognito._confirm_sign_up, cognito._admin_create_user = confirm_sign_up, admin_create_user


def _moved(data: Data, pool: Pool | None, wanted: Attributes, user: User | None) -> Answer | None:
    """Refuse aliases of others, or take them away from these if the request says so."""
    aliases: list[Any] = (pool or {}).get("AliasAttributes") or []
    for attribute in wanted if pool else {}:
        if attribute not in aliases:
            continue
        other = holder_of(pool or {}, attribute, wanted[attribute], but=user)
        if other and not data.get("ForceAliasCreation"):
            return taken(attribute)
        if other:
            keep(other, {**attributes_of(other), f"{attribute}_verified": "false"})
    return None
