"""Users of a run of tests: made, told from all others, and gone however it ends."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blockwork.verification import TemporaryUsers
from blockwork.verification.users import MADE_FOR_TESTS, MAILBOX

NOW = datetime.now(UTC)
OLD = NOW - timedelta(hours=2)


class UserNotFoundError(Exception):
    """Nobody of this name is there."""


class Pool:
    """Stands for Cognito: users by address, each with its id and when it was made."""

    class exceptions:  # noqa: N801 -- as boto3 calls it
        UserNotFoundException = UserNotFoundError

    def __init__(self, **users: datetime) -> None:
        self.users = {email.replace("_at_", "@"): made for email, made in users.items()}
        self.groups: list[str] = []
        self.invited = False
        self.fails_after_making = False

    def admin_create_user(self, **request: Any) -> dict[str, Any]:
        self.invited = self.invited or request.get("MessageAction") != "SUPPRESS"
        self.users[request["Username"]] = NOW
        if self.fails_after_making:
            raise ConnectionError
        return {"User": {"Attributes": _attributes(request["Username"])}}

    def admin_set_user_password(self, *, Permanent: bool, **_: Any) -> None:  # noqa: N803
        assert Permanent

    def admin_add_user_to_group(self, *, GroupName: str, **_: Any) -> None:  # noqa: N803
        self.groups.append(GroupName)

    def admin_delete_user(self, *, Username: str, **_: Any) -> None:  # noqa: N803
        if self.users.pop(Username, None) is None:
            raise UserNotFoundError

    def get_paginator(self, _: str) -> "Pool":
        return self

    def paginate(self, *, Filter: str, **_: Any) -> Iterator[dict[str, Any]]:  # noqa: N803
        """Find as Cognito does, whatever the case."""
        start = Filter.removeprefix('email ^= "').removesuffix('"')
        for email, made in self.users.items():
            if email.lower().startswith(start):
                yield {"Users": [{"Attributes": _attributes(email), "UserCreateDate": made}]}


class Items:
    """Remembers whose items are to go, and whether their users were still there then."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.forgotten: list[str] = []

    def forget(self, user_ids: Sequence[str]) -> None:
        emails = [user_id.removeprefix("id of ") for user_id in user_ids]
        assert set(emails) <= set(self.pool.users)
        self.forgotten += emails


def _attributes(email: str) -> list[dict[str, str]]:
    return [{"Name": "sub", "Value": f"id of {email}"}, {"Name": "email", "Value": email}]


def test_who_is_made_is_in_the_groups_uninvited_and_gone_afterwards() -> None:
    pool = Pool()
    items = Items(pool)

    with TemporaryUsers(pool, "pool", items=items) as users:
        first, second = users.make("administrators"), users.make()
        there = set(pool.users)

    assert there == {first.email, second.email}
    assert first.email != second.email
    assert first.user_id == f"id of {first.email}"
    assert first.password != second.password
    assert (pool.groups, pool.invited) == (["administrators"], False)
    assert pool.users == {}
    assert items.forgotten == [first.email, second.email]


@pytest.mark.parametrize("raised", [AssertionError, KeyboardInterrupt])
def test_nobody_stays_when_a_run_ends_early(raised: type[BaseException]) -> None:
    pool = Pool()

    def run() -> None:
        with TemporaryUsers(pool, "pool") as users:
            users.make()
            raise raised

    with pytest.raises(raised):
        run()

    assert pool.users == {}


def test_nobody_stays_who_was_made_without_an_answer() -> None:
    pool = Pool()
    pool.fails_after_making = True

    with pytest.raises(ConnectionError), TemporaryUsers(pool, "pool") as users:
        users.make()

    assert pool.users == {}


def test_who_is_gone_already_stands_in_nobodys_way() -> None:
    pool = Pool()

    with TemporaryUsers(pool, "pool") as users:
        users.make()
        kept = users.make()
        pool.users = {kept.email: NOW}

    assert pool.users == {}


def test_only_what_a_killed_run_has_left_goes_and_only_after_an_hour() -> None:
    left = f"{MADE_FOR_TESTS}killed-0@{MAILBOX}"
    stay = {
        f"{MADE_FOR_TESTS}running-0@{MAILBOX}": NOW,
        "customer@example.org": OLD,
        f"{MADE_FOR_TESTS}somebody@example.org": OLD,
        f"{MADE_FOR_TESTS.upper()}0@{MAILBOX}": OLD,
        f"success@{MAILBOX}": OLD,
    }
    pool = Pool(**stay, **{left: OLD})
    items = Items(pool)

    with TemporaryUsers(pool, "pool", items=items):
        assert pool.users == stay

    assert items.forgotten == [left]
