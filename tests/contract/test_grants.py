"""Who may do what, from the grant to the refusal: by real tokens through the real gateway."""

from collections.abc import Callable

import httpx
import pytest

from blockwork.verification import TemporaryUser
from tests.e2e.accounts import Holder, claims, grant, put_permissions
from tests.e2e.conftest import Tokens, bearer
from tests.e2e.routes import TARIFF


def own(identity: httpx.Client, administrator: Tokens, user_id: str) -> set[str]:
    """Return the permissions a user has been given."""
    answer = identity.get(f"/users/{user_id}/permissions", headers=bearer(administrator.id_token))
    assert answer.status_code == 200, answer.text
    return {f"{one['action']}:{one['resource']}" for one in answer.json()}


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("write:*", 201),
        ("*:products", 201),
        ("*:*", 201),
        ("w*te:prod*s", 201),
        ("write:products*", 201),
        ("read:*", 403),
        ("write:product", 403),
        ("write:productsx", 403),
        ("rite:products", 403),
        ("write:users", 403),
    ],
)
def test_a_wildcard_stands_for_what_it_covers_and_for_nothing_else(
    catalog: httpx.Client, holder: Holder, given: str, status: int
) -> None:
    tokens = holder(frozenset({given}))

    answer = catalog.post("/products", json=TARIFF, headers=bearer(tokens.id_token))

    assert answer.status_code == status


def test_a_customer_neither_lists_users_nor_reads_or_grants_permissions(
    identity: httpx.Client, administrator: Tokens, customer: Tokens
) -> None:
    user_id = claims(customer.id_token)["sub"]
    signed_in = bearer(customer.id_token)

    assert identity.get("/users", headers=signed_in).status_code == 403
    assert identity.get(f"/users/{user_id}/permissions", headers=signed_in).status_code == 403
    refused = put_permissions(identity, customer, user_id, ["*:*"])

    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"
    assert "grant" in refused.json()["detail"]
    assert "permissions" in refused.json()["detail"]
    assert own(identity, administrator, user_id) == set()


def test_who_may_grant_need_not_be_an_administrator(
    identity: httpx.Client,
    administrator: Tokens,
    holder: Holder,
    new_account: Callable[..., TemporaryUser],
) -> None:
    other = new_account()
    deputy = holder(frozenset({"grant:permissions"}))

    grant(identity, deputy, other.user_id, "read:reports")

    assert own(identity, administrator, other.user_id) == {"read:reports"}


@pytest.mark.parametrize(
    "wrong",
    [
        [{"action": "write"}],
        [{"action": "wri te", "resource": "products"}],
        [{"action": "write", "resource": "prod:ucts"}],
        [{"action": "", "resource": "products"}],
        [{"action": "w" * 65, "resource": "products"}],
        [{"action": "write", "resource": "p" * 129}],
        [{"action": "write", "resource": "products", "until": "tomorrow"}],
        [{"action": "read", "resource": "a"}, {"action": "write", "resource": "a\n"}],
        {"action": "write", "resource": "products"},
    ],
)
def test_permissions_that_cannot_be_are_refused_and_nothing_is_stored(
    identity: httpx.Client, administrator: Tokens, customer: Tokens, wrong: object
) -> None:
    user_id = claims(customer.id_token)["sub"]
    path = f"/users/{user_id}/permissions"

    refused = identity.put(path, json=wrong, headers=bearer(administrator.id_token))

    assert refused.status_code in (400, 422), refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert own(identity, administrator, user_id) == set()


@pytest.mark.parametrize("user_id", ["nobody", "00000000-0000-4000-8000-000000000000"])
def test_an_unknown_user_has_no_permissions_and_is_given_none(
    identity: httpx.Client, administrator: Tokens, user_id: str
) -> None:
    shown = identity.get(f"/users/{user_id}/permissions", headers=bearer(administrator.id_token))
    given = put_permissions(identity, administrator, user_id, ["write:products"])

    assert (shown.status_code, given.status_code) == (404, 404)
    assert given.headers["content-type"] == "application/problem+json"
