"""How many permissions a token holds, and which."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from identity.domain.granting import (
    GROUP_PERMISSIONS,
    MOST_PERMISSIONS,
    TooManyPermissionsError,
    fewest,
    granted_by_token,
)
from shared.permissions import LARGEST_CLAIM, Permission, claim_of

from blockwork.runtime.sealing import WORD
from tests.unit.lambda_src.identity.samples import permissions

WORDS = st.text("ab*", min_size=1, max_size=4)
FEW = st.lists(st.builds("{}:{}".format, WORDS, WORDS).map(Permission.parse), max_size=12)


def allowed(granted: frozenset[Permission], action: str, resource: str) -> bool:
    return any(permission.allows(action, resource) for permission in granted)


def long_ones(count: int) -> frozenset[Permission]:
    return permissions(*(f"write-{n:03}:products/{n:03}-{'x' * 40}" for n in range(count)))


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ([], []),
        (["write:products"], ["write:products"]),
        (["write:products", "write:*"], ["write:*"]),
        (["write:a", "*:a", "read:b"], ["*:a", "read:b"]),
        (["write:a*", "write:*a"], ["write:a*", "write:*a"]),
        (["*:*", "write:*", "*:products", "a:b"], ["*:*"]),
        (["write:**", "write:*", "write:***"], ["write:*"]),
    ],
)
def test_what_another_permission_covers_is_left_out(given: list[str], left: list[str]) -> None:
    assert fewest(permissions(*given)) == permissions(*left)


@given(some=FEW, action=WORDS, resource=WORDS)
def test_leaving_out_takes_nothing_away_and_adds_nothing(
    some: list[Permission], action: str, resource: str
) -> None:
    assert allowed(fewest(some), action, resource) is allowed(frozenset(some), action, resource)


@given(FEW)
def test_nothing_that_is_left_is_needless(some: list[Permission]) -> None:
    left = fewest(some)

    assert not any(one.covers(other) for one in left for other in left if one != other)
    assert fewest(left) == left


def of_size(size: int) -> frozenset[Permission]:
    """Return permissions whose claim has so many bytes."""
    first = permissions(*(f"a:{n:03}{'x' * 58}" for n in range(60)))
    return first | permissions("b:" + "y" * (size - len(claim_of(first)) - len(" b:")))


def test_what_just_fits_into_a_token_is_taken() -> None:
    fitting, too_large = of_size(LARGEST_CLAIM - 128), of_size(LARGEST_CLAIM - 127)
    last = permissions("c:" + "z" * 125)

    assert len(claim_of(fitting | last)) == LARGEST_CLAIM
    assert fewest(fitting | last) == fitting | last
    assert granted_by_token(fitting | last, []) == (fitting | last, 0)
    with pytest.raises(TooManyPermissionsError, match=f"into {LARGEST_CLAIM} bytes of their token"):
        fewest(too_large | last)
    assert granted_by_token(too_large | last, []) == (too_large, 1)


def test_500_long_permissions_are_refused_with_their_size_and_with_what_to_do() -> None:
    many = long_ones(500)

    with pytest.raises(TooManyPermissionsError, match="use wildcards") as error:
        fewest(many)

    assert str(len(claim_of(many))) in str(error.value)
    wildcard = permissions("write-*:products/*")
    assert fewest(long_ones(499) | wildcard) == wildcard


def test_more_than_500_are_not_even_compared() -> None:
    with pytest.raises(TooManyPermissionsError, match=f"{MOST_PERMISSIONS} permissions, got 501"):
        fewest(long_ones(501))


@pytest.mark.parametrize(
    "many",
    [
        [f"{'*a' * 20}:{'*a' * 60}*b{n:03}" for n in range(500)],
        [
            *(f"{'*a' * 20}:{'*a' * 60}*b{n:03}" for n in range(17)),
            f"a*:{'a' * 100}*9",
            *(f"{'a' * 64}:{'a' * 123}{n:04}9" for n in range(482)),
        ],
    ],
)
def test_500_long_wildcards_are_compared_only_with_as_many_as_fit_into_a_token(
    many: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = 0
    covers = Permission.covers

    def counted(one: Permission, other: Permission) -> bool:
        nonlocal compared
        compared += 1
        return covers(one, other)

    monkeypatch.setattr(Permission, "covers", counted)

    with contextlib.suppress(TooManyPermissionsError):
        fewest(permissions(*many))

    assert 0 < compared <= len(many) * (1 + LARGEST_CLAIM // len(many[0]))


def test_a_user_gets_what_they_and_their_groups_may_do() -> None:
    assert granted_by_token(permissions("write:products"), ["customers"]) == (
        permissions("write:products"),
        0,
    )
    assert granted_by_token(permissions("write:products"), ["customers", "administrators"]) == (
        permissions("*:*"),
        0,
    )


@pytest.mark.parametrize("groups", [[], ["customers"], ["eu-west-2_AbCdEfGhI_Google"], ["admin"]])
def test_no_other_group_grants_anything(groups: list[str]) -> None:
    assert granted_by_token(frozenset(), groups) == (frozenset(), 0)


def test_administrators_may_do_everything_and_customers_nothing_special() -> None:
    assert {group: claim_of(some) for group, some in GROUP_PERMISSIONS.items()} == {
        "administrators": "*:*",
        "customers": "",
    }


def test_a_token_holds_the_first_that_fit_and_says_how_many_did_not() -> None:
    many = long_ones(500)

    granted, left_out = granted_by_token(many, [])

    assert 0 < len(granted) == 500 - left_out
    assert sorted(map(str, granted)) == sorted(map(str, many))[: len(granted)]
    size = len(claim_of(granted))
    assert size <= LARGEST_CLAIM < size + 1 + len(str(next(iter(many))))


@given(st.lists(st.integers(0, 999), max_size=120))
def test_a_token_never_holds_more_than_it_may(numbers: list[int]) -> None:
    many = permissions(*(f"write:products/{n}-{'x' * (n % 100)}" for n in numbers))

    granted, left_out = granted_by_token(many, ["customers"])

    assert len(claim_of(granted)) <= LARGEST_CLAIM
    assert granted <= many
    assert len(granted) + left_out == len(many)


def test_a_full_token_leaves_room_for_the_other_headers_and_for_the_token_of_a_page() -> None:
    # What a user of another provider with the longest address has in an ID token.
    claims = {
        "sub": "x" * 36,
        "cognito:groups": ["administrators", "eu-west-2_AbCdEfGhI_Google"],
        "email_verified": True,
        "iss": "https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_AbCdEfGhI",
        "cognito:username": "x" * 40,
        "origin_jti": "x" * 36,
        "aud": "x" * 26,
        "event_id": "x" * 36,
        "token_use": "id",
        "identities": [{"userId": "x" * 30, "providerName": "x" * 32, "primary": "true"}],
        "auth_time": 1_770_000_000,
        "exp": 1_770_000_000,
        "iat": 1_770_000_000,
        "jti": "x" * 36,
        "email": "x" * 254,
        "permissions": "x" * LARGEST_CLAIM,
    }
    payload = len(json.dumps(claims, separators=(",", ":")))
    signature = header = 342
    token = header + payload * 4 / 3 + signature
    longest_page_token = next(n for n in range(10_000, 0, -1) if WORD.fullmatch("x" * n))

    # API Gateway's quota for the request line and the headers of an HTTP API.
    assert 10_240 - token - longest_page_token > 1_200
