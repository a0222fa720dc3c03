from typing import Any

import pytest
from shared.problems import ProblemError
from shared.users import User, require_group, user_from_claims


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


def test_a_member_passes() -> None:
    require_group(User("user-1", frozenset({"administrators"})), "administrators")


@pytest.mark.parametrize("groups", [set(), {"customers"}, {"administrators2"}, {"admin"}])
def test_everybody_else_answers_403(groups: set[str]) -> None:
    with pytest.raises(ProblemError, match="only members of the group 'administrators'") as problem:
        require_group(User("user-1", frozenset(groups)), "administrators")

    assert problem.value.status == 403
