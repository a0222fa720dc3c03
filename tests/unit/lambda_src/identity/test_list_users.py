from typing import Any

import pytest
from identity.domain.directory import DirectoryUser, InvalidPageError, UserPage
from identity.handlers.list_users import list_users

from blockwork.runtime.http import Request
from blockwork.runtime.paging import next_token
from blockwork.runtime.problems import ProblemError
from tests.unit.blockwork.runtime.fakes import KnownKey
from tests.unit.lambda_src.identity.fakes import ListedUsers
from tests.unit.lambda_src.identity.samples import claims, member

LISTER = claims("list:users")
SIGNER = KnownKey()


def token(last: str, *, of: str = "users") -> str:
    return next_token(Request(claims=LISTER), of=of, signer=SIGNER, last=last)


def listed(
    directory: ListedUsers,
    query: dict[str, str] | None = None,
    *,
    by: dict[str, Any] = LISTER,
) -> dict[str, Any]:
    request = Request(query=query or {}, claims=by)
    response = list_users(request, directory=directory, signer=SIGNER)
    assert response.status == 200
    assert isinstance(response.body, dict)
    return {**response.body}


def test_a_user_is_shown_with_their_groups() -> None:
    ada = DirectoryUser(
        user_id="user-2", email="ada@example.com", groups=("customers",), status="CONFIRMED"
    )

    assert listed(ListedUsers([ada])) == {
        "users": [
            {
                "userId": "user-2",
                "email": "ada@example.com",
                "groups": ["customers"],
                "status": "CONFIRMED",
            }
        ]
    }


def test_who_is_in_none_of_our_groups_is_shown_as_a_customer() -> None:
    assert listed(ListedUsers([member("user-2")]))["users"][0]["groups"] == ["customers"]


def test_a_page_has_50_users_unless_asked_and_60_at_most() -> None:
    directory = ListedUsers([member(f"user-{n}") for n in range(100)])

    assert len(listed(directory)["users"]) == 50
    assert len(listed(directory, {"limit": "60"})["users"]) == 60
    with pytest.raises(ProblemError, match="limit must be from 1 to 60, got '61'"):
        listed(directory, {"limit": "61"})


@pytest.mark.parametrize("limit", [7, 50, 60])
def test_the_pages_hold_every_user_once(limit: int) -> None:
    directory = ListedUsers([member(f"user-{n}") for n in range(120)])

    seen: list[str] = []
    more: dict[str, str] = {}
    for _ in range(20):
        answer = listed(directory, {"limit": str(limit)} | more)
        seen += [user["userId"] for user in answer["users"]]
        if "nextToken" not in answer:
            break
        more = {"nextToken": answer["nextToken"]}

    assert seen == [f"user-{n}" for n in range(120)]


def test_a_page_without_users_is_not_the_last_while_it_has_a_token() -> None:
    class Sparse(ListedUsers):
        def page(self, *, limit: int, after: str | None) -> UserPage:
            return UserPage(users=(), after="further/on==")

    answer = listed(Sparse())

    assert answer == {
        "users": [],
        "nextToken": token("further/on=="),
    }


def test_a_token_of_another_list_is_refused() -> None:
    with pytest.raises(ProblemError, match="nextToken must be one that this list"):
        listed(ListedUsers(), {"nextToken": token("1", of="products")})


def test_a_token_that_the_directory_does_not_know_is_refused() -> None:
    with pytest.raises(InvalidPageError, match="nextToken must be one that this list"):
        listed(ListedUsers(), {"nextToken": token("invented")})


@pytest.mark.parametrize("granted", [[], ["list:products"], ["grant:permissions"]])
def test_who_may_not_list_sees_nobody(granted: list[str]) -> None:
    with pytest.raises(ProblemError, match="permission to list users") as problem:
        listed(ListedUsers([member()]), by=claims(*granted))

    assert problem.value.status == 403


def test_without_a_token_nobody_is_shown() -> None:
    with pytest.raises(ProblemError) as problem:
        listed(ListedUsers([member()]), by={})

    assert problem.value.status == 401
