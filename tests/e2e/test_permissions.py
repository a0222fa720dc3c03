"""Who may do what, from the grant to the refusal: by real tokens through the real gateway."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.e2e.accounts import (
    claims,
    events_of,
    grant,
    put_permissions,
    refresh,
    tap,
)
from tests.e2e.conftest import Account, NewAccount, Tokens, bearer, sign_in_by_srp

TARIFF = {"name": "Granted", "price": "0.2450", "currency": "GBP"}
LARGEST_CLAIM = 4096
LARGEST_REQUEST = 10_240
"""What API Gateway takes of request line and headers together ("HTTP API quotas")."""

Add = Callable[[Tokens], int]


@pytest.fixture
def somebody(new_account: NewAccount) -> Account:
    """A customer who may do nothing yet."""
    return new_account("customers")


@pytest.fixture
def add(catalog: httpx.Client, administrator: Tokens) -> Iterator[Add]:
    """Return what tries to add a tariff and tells the status; what was added is taken away."""
    added = []

    def try_(tokens: Tokens) -> int:
        answer = catalog.post("/products", json=TARIFF, headers=bearer(tokens.id_token))
        if answer.status_code == 201:
            added.append(answer.json()["productId"])
        return answer.status_code

    yield try_
    for product_id in added:
        catalog.delete(f"/products/{product_id}", headers=bearer(administrator.id_token))


def own(identity: httpx.Client, administrator: Tokens, user_id: str) -> set[str]:
    """Return the permissions a user has been given."""
    answer = identity.get(f"/users/{user_id}/permissions", headers=bearer(administrator.id_token))
    assert answer.status_code == 200, answer.text
    return {f"{one['action']}:{one['resource']}" for one in answer.json()}


def filling(size: int) -> list[str]:
    """Return distinct permissions whose claim has `size` bytes."""
    forms = [f"{n:030}:{'r' * 96}" for n in range((size + 1) // 128)]
    return [*forms[:-1], forms[-1] + "r" * (size - 128 * len(forms) + 1)]


def test_a_granted_permission_comes_with_the_next_token_and_goes_with_a_later_one(
    platform: dict[str, Any],
    config: dict[str, Any],
    identity: httpx.Client,
    administrator: Tokens,
    somebody: Account,
    add: Add,
) -> None:
    old = sign_in_by_srp(config, somebody.email, somebody.password)
    assert add(old) == 403

    with tap(platform, "PermissionsChanged") as tapped:
        grant(identity, administrator, somebody.user_id, "write:products")
        assert events_of(tapped, somebody.user_id, count=1) == ["PermissionsChanged"]

    assert add(old) == 403
    new = refresh(identity, old)
    assert claims(new.id_token)["permissions"] == "write:products"
    assert add(new) == 201
    assert own(identity, administrator, somebody.user_id) == {"write:products"}

    with tap(platform, "PermissionsChanged") as tapped:
        grant(identity, administrator, somebody.user_id)
        assert events_of(tapped, somebody.user_id, count=1) == ["PermissionsChanged"]

    assert add(refresh(identity, new)) == 403
    assert own(identity, administrator, somebody.user_id) == set()


def test_500_long_permissions_are_refused_and_nothing_is_stored(
    identity: httpx.Client, administrator: Tokens, somebody: Account
) -> None:
    grant(identity, administrator, somebody.user_id, "read:reports")

    longest = [f"{n:064}:{'r' * 128}" for n in range(500)]
    too_large = put_permissions(identity, administrator, somebody.user_id, longest)
    refused = put_permissions(
        identity, administrator, somebody.user_id, [f"{n:030}:{'r' * 60}" for n in range(500)]
    )

    assert too_large.status_code == 413
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert str(LARGEST_CLAIM) in refused.json()["detail"].replace(",", "")
    assert "*" in refused.json()["detail"]
    assert own(identity, administrator, somebody.user_id) == {"read:reports"}


def test_the_largest_set_that_fits_works_in_a_real_token_and_one_byte_more_is_refused(
    identity: httpx.Client, config: dict[str, Any], administrator: Tokens, somebody: Account
) -> None:
    grant(identity, administrator, somebody.user_id, *filling(LARGEST_CLAIM))
    too_many = filling(LARGEST_CLAIM + 1)
    refused = put_permissions(identity, administrator, somebody.user_id, too_many)
    assert refused.status_code == 422

    tokens = sign_in_by_srp(config, somebody.email, somebody.password)
    answer = identity.get("/me", headers=bearer(tokens.id_token))

    assert answer.status_code == 200
    claim = claims(tokens.id_token)["permissions"]
    assert len(claim) == LARGEST_CLAIM
    assert set(claim.split(" ")) == set(filling(LARGEST_CLAIM))
    browsers_own = 2048  # user agent, client hints, languages, referrer
    request = answer.request
    headers = sum(len(name) + len(value) + 4 for name, value in request.headers.raw)
    assert len(f"GET {request.url.raw_path!r} HTTP/1.1\r\n") + headers < (
        LARGEST_REQUEST - browsers_own
    )


def test_what_another_permission_covers_takes_no_room(
    identity: httpx.Client, administrator: Tokens, somebody: Account
) -> None:
    many = [f"write:{n:0128}" for n in range(200)]

    grant(identity, administrator, somebody.user_id, "read:a", "read:a", *many, "write:*", "wr*:*")

    assert own(identity, administrator, somebody.user_id) == {"read:a", "wr*:*"}


def test_of_two_administrators_at_once_one_wins_whole(
    identity: httpx.Client,
    config: dict[str, Any],
    administrator: Tokens,
    somebody: Account,
    new_account: NewAccount,
) -> None:
    second = new_account("administrators")
    granters = [administrator, sign_in_by_srp(config, second.email, second.password)]
    wanted = [{f"{name}:{n}" for n in range(20)} for name in ("first", "second")]

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            answers = list(
                pool.map(
                    lambda granter, forms: put_permissions(
                        identity, granter, somebody.user_id, forms
                    ),
                    granters,
                    wanted,
                )
            )

        assert [answer.status_code for answer in answers] == [200, 200]
        assert own(identity, administrator, somebody.user_id) in wanted
