"""The routes which show and replace what somebody may do."""

import json
from functools import partial
from typing import Any

import pytest
from identity.domain.directory import DirectoryBusyError, UnknownUserError
from identity.domain.granting import TooManyPermissionsError
from identity.handlers.get_permissions import get_permissions
from identity.handlers.replace_permissions import replace_permissions

from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.problems import FieldError, ProblemError
from tests.unit.lambda_src.events import CONTEXT, event
from tests.unit.lambda_src.identity.fakes import InMemoryUsers, ListedUsers
from tests.unit.lambda_src.identity.samples import (
    LATER,
    claims,
    grant,
    member,
    permissions,
)

GRANTER = claims("grant:permissions")
WRITE = {"action": "write", "resource": "products"}


class Office:
    """The two routes with what they work on."""

    def __init__(self) -> None:
        self.users = InMemoryUsers()
        self.directory = ListedUsers([member("user-2")])

    def get(self, user_id: str = "user-2", *, by: dict[str, Any] = GRANTER) -> Response:
        request = Request(path={"userId": user_id}, claims=by)
        return get_permissions(request, directory=self.directory, grants=self.users)

    def put(
        self,
        body: object,
        user_id: str = "user-2",
        *,
        by: dict[str, Any] = GRANTER,
        if_match: str | None = None,
    ) -> Response:
        request = Request(
            path={"userId": user_id},
            body=json.dumps(body).encode(),
            claims=by,
            headers={"if-match": if_match} if if_match else {},
        )
        return replace_permissions(
            request, directory=self.directory, grants=self.users, now=lambda: LATER
        )


@pytest.fixture
def office() -> Office:
    return Office()


def test_who_was_never_granted_anything_has_no_permissions(office: Office) -> None:
    assert office.get() == Response.ok([], version="0")


def test_what_was_granted_is_shown_in_alphabetical_order(office: Office) -> None:
    answer = office.put([WRITE, {"action": "list", "resource": "users"}])

    assert answer.body == [{"action": "list", "resource": "users"}, WRITE]
    assert office.get() == answer


def test_it_is_kept_who_granted_what_and_when(office: Office) -> None:
    office.put([WRITE])

    kept = office.users.grants["user-2"]
    assert kept.permissions == permissions("write:products")
    assert (kept.granted_by, kept.granted_at) == ("user-1", LATER)


def test_replacing_takes_away_what_is_not_there_any_more(office: Office) -> None:
    office.users.grant(grant("write:products", "list:users"))

    office.put([])

    assert office.get().body == []


def test_what_is_needless_is_not_kept(office: Office) -> None:
    everything = {"action": "*", "resource": "*"}

    assert office.put([WRITE, everything, WRITE]).body == [everything]


def test_two_administrators_cannot_overwrite_each_other_unseen(office: Office) -> None:
    seen = office.get().headers["etag"]
    theirs = office.put([WRITE], if_match=seen)

    with pytest.raises(ProblemError) as problem:
        office.put([], if_match=seen)

    assert problem.value.status == 412
    assert problem.value.extensions == {"current": [WRITE]}
    assert problem.value.headers == {"etag": theirs.headers["etag"]}
    assert office.get() == theirs
    assert office.put([], if_match=theirs.headers["etag"]).body == []


@pytest.mark.parametrize("if_match", ["*", '"x", "0"'])
def test_nothing_granted_yet_can_be_matched_too(office: Office, if_match: str) -> None:
    assert office.put([WRITE], if_match=if_match).status == 200


def test_500_long_permissions_are_refused_and_nothing_is_stored(office: Office) -> None:
    office.users.grant(grant("list:users"))
    many = [{"action": "write", "resource": f"products/{n:03}-{'x' * 50}"} for n in range(500)]

    with pytest.raises(TooManyPermissionsError, match="take 34999: use wildcards"):
        office.put(many)

    assert office.users.grants["user-2"] == grant("list:users")


def test_what_is_wrong_with_each_permission_is_named(office: Office) -> None:
    with pytest.raises(ProblemError) as problem:
        office.put(
            [WRITE, {"action": "write:", "resource": "a b"}, {"action": "x"}, WRITE | {"a": 1}]
        )

    assert problem.value.status == 422
    assert [error.field for error in problem.value.errors] == [
        "[1].action",
        "[1].resource",
        "[2].resource",
        "[3].a",
    ]
    assert FieldError("[2].resource", "is required") in problem.value.errors
    assert office.users.grants == {}


@pytest.mark.parametrize("body", [WRITE, None, "write:products"])
def test_a_body_that_is_no_array_answers_400(office: Office, body: object) -> None:
    with pytest.raises(ProblemError, match="must be a JSON array") as problem:
        office.put(body)

    assert problem.value.status == 400


@pytest.mark.parametrize("granted", [[], ["write:permissions"], ["grant:users"], ["list:*"]])
def test_who_may_not_grant_may_not_look_either(office: Office, granted: list[str]) -> None:
    office.users.grant(grant("list:users"))

    for ask in (office.get, partial(office.put, [])):
        with pytest.raises(ProblemError, match="permission to grant permissions") as problem:
            ask(by=claims(*granted))
        assert problem.value.status == 403

    assert office.users.grants["user-2"] == grant("list:users")


def test_without_a_token_nothing_is_said(office: Office) -> None:
    with pytest.raises(ProblemError) as problem:
        office.put("not even JSON", by={})

    assert problem.value.status == 401


@pytest.mark.parametrize("user_id", ["", "a b", 'x" or sub = "y', "x" * 65, "ä"])
def test_what_cannot_be_an_id_answers_400(office: Office, user_id: str) -> None:
    for ask in (office.get, partial(office.put, [])):
        with pytest.raises(ProblemError, match="userId must be") as problem:
            ask(user_id)
        assert problem.value.status == 400


def test_a_user_who_is_not_there_is_named(office: Office) -> None:
    for ask in (office.get, partial(office.put, [WRITE])):
        with pytest.raises(UnknownUserError, match="there is no user user-9"):
            ask("user-9")

    assert office.users.grants == {}


def test_a_busy_directory_answers_503_and_says_when_to_come_back(office: Office) -> None:
    def busy() -> None:
        raise DirectoryBusyError

    office.directory.before = busy
    handler = http_handler(
        get_permissions,
        errors={DirectoryBusyError: 503},
        directory=lambda: office.directory,
        grants=lambda: office.users,
    )

    answer = handler(event(path={"userId": "user-2"}, claims=GRANTER), CONTEXT)

    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "2")
