from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared.users import User, can, require, user_from_claims, user_of

from blockwork.runtime.http import Request
from blockwork.runtime.problems import ProblemError


def claims(**changes: Any) -> dict[str, Any]:
    return {"sub": "user-1", "token_use": "id", **changes}


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        ("[administrators customers]", {"administrators", "customers"}),
        ("[administrators]", {"administrators"}),
        ("administrators", {"administrators"}),
        (["administrators", "customers"], {"administrators", "customers"}),
        ('["administrators","customers"]', {"administrators", "customers"}),
        ("[1 2]", {"1", "2"}),
        ("[]", set()),
        ("", set()),
        ([], set()),
        (None, set()),
        (7, set()),
    ],
)
def test_groups_are_read_in_every_form_they_come_in(claim: object, groups: set[str]) -> None:
    user = user_from_claims(claims(**{"cognito:groups": claim}))

    assert user == User(user_id="user-1", groups=frozenset(groups))


def test_a_user_without_the_claim_is_in_no_group() -> None:
    assert user_from_claims(claims()).groups == frozenset()


@pytest.mark.parametrize("given", [{}, claims(token_use="access"), {"sub": "user-1"}])
def test_anything_but_an_id_token_answers_401(given: dict[str, Any]) -> None:
    with pytest.raises(ProblemError, match="ID token") as problem:
        user_from_claims(given)

    assert problem.value.status == 401


def user(*permissions: str) -> User:
    return user_from_claims(claims(permissions=" ".join(permissions)))


def test_the_user_has_the_permissions_and_the_address_of_the_claims() -> None:
    found = user_from_claims(claims(permissions="write:products list:users", email="a@b.example"))

    assert {str(permission) for permission in found.permissions} == {"write:products", "list:users"}
    assert found.email == "a@b.example"


@pytest.mark.parametrize(
    ("granted", "allowed"),
    [
        ([], False),
        (["read:products"], False),
        (["write:vouchers"], False),
        (["write:products"], True),
        (["read:*", "list:users", "*:products"], True),
        (["*:*"], True),
    ],
)
def test_a_user_may_do_what_one_of_their_permissions_allows(
    granted: list[str], allowed: bool
) -> None:
    assert can(user(*granted), "write", "products") is allowed


@pytest.mark.parametrize("claim", [None, "", "broken", ["*:*"], "*:* "])
def test_a_user_without_a_claim_that_can_be_read_may_do_nothing(claim: object) -> None:
    assert not can(user_from_claims(claims(permissions=claim)), "write", "products")


def test_a_group_alone_allows_nothing() -> None:
    member = user_from_claims(claims(**{"cognito:groups": "[administrators]"}))

    assert not can(member, "write", "products")


WORDS = st.text("ab*", min_size=1, max_size=5)
GRANTED = st.lists(st.builds("{}:{}".format, WORDS, WORDS), max_size=5)


@given(granted=GRANTED, more=GRANTED, action=WORDS, resource=WORDS)
def test_one_permission_more_never_takes_another_away(
    granted: list[str], more: list[str], action: str, resource: str
) -> None:
    if can(user(*granted), action, resource):
        assert can(user(*granted, *more), action, resource)


@given(granted=GRANTED, action=WORDS, resource=WORDS)
def test_permissions_together_allow_no_more_than_each_alone(
    granted: list[str], action: str, resource: str
) -> None:
    alone = any(can(user(permission), action, resource) for permission in granted)

    assert can(user(*granted), action, resource) is alone


def test_who_has_the_permission_passes() -> None:
    require(user("write:products"), "write", "products")


@pytest.mark.parametrize("granted", [[], ["read:products"], ["write:vouchers", "list:users"]])
def test_everybody_else_answers_403_with_what_is_missing(granted: list[str]) -> None:
    with pytest.raises(ProblemError, match="the permission to write products") as problem:
        require(user(*granted), "write", "products")

    assert problem.value.status == 403


def test_a_request_is_of_the_user_whose_token_came_with_it() -> None:
    assert user_of(Request(claims=claims(email="ann@example.com"))).email == "ann@example.com"

    with pytest.raises(ProblemError) as caught:
        user_of(Request())
    assert caught.value.status == 401
