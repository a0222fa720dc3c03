"""Users who are gone: found out at night, told to all, forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from identity.domain.deletion import (
    A_FEW,
    A_RUN_TAKES,
    MARKED,
    PARTS,
    AnotherDirectoryError,
    forget,
)
from identity.domain.directory import DirectoryBusyError
from identity.handlers.find_gone_users import find_gone_users
from identity.handlers.forget_user import forget_user
from shared.events import UserDeleted

from blockwork.runtime.envelope import Envelope
from tests.unit.blockwork.runtime.fakes import PublishedEvents

NIGHT = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


@dataclass
class Night:
    """A table of users, of whom some are in the pool, and a clock that each question moves.

    :param answers: how many questions the pool answers before it is busy.
    """

    users: list[str]
    members: set[str]
    answers: int = 10_000
    a_question_takes: timedelta = timedelta()
    now: datetime = NIGHT
    asked: list[str] = field(default_factory=list)
    pauses: int = 0

    def user_ids(self, part: int, *, of: int) -> Iterator[str]:
        return (user for number, user in enumerate(self.users) if number % of == part)

    def is_gone(self, user_id: str) -> bool:
        if len(self.asked) >= self.answers:
            raise DirectoryBusyError
        self.asked.append(user_id)
        self.now += self.a_question_takes
        return user_id not in self.members

    def pause(self) -> None:
        self.pauses += 1

    def gone(self, run_at: datetime = NIGHT) -> list[str]:
        """Return who is said to be gone."""
        events = PublishedEvents()
        find_gone_users(
            run_at, known=self, members=self, events=events, now=lambda: self.now, pause=self.pause
        )
        assert all(envelope.metadata.time == run_at for envelope in events.published)
        return [envelope.data.user_id for envelope in events.published]


def night(count: int, *gone: int) -> Night:
    users = [f"user-{number}" for number in range(count)]
    return Night(users, {user for number, user in enumerate(users) if number not in gone})


def test_who_is_in_the_table_and_not_in_the_pool_is_gone() -> None:
    run = night(100, 3, 64)

    assert sorted(run.gone()) == ["user-3", "user-64"]
    assert sorted(run.asked) == sorted(run.users)


def test_where_everybody_is_there_nothing_is_said() -> None:
    assert night(100).gone() == night(0).gone() == []


def test_the_pool_is_asked_with_a_pause_before_each_question() -> None:
    run = night(50, 7)
    run.gone()

    assert run.pauses == len(run.asked) == 50


def test_while_the_pool_is_busy_nobody_is_taken_to_be_gone() -> None:
    run = night(100, *range(50, 100))
    run.answers = 30

    assert set(run.gone()) <= set(run.asked) - run.members
    assert len(run.asked) == 30
    run.answers = 0
    assert Night(run.users, set(), answers=0).gone() == []


def test_a_run_ends_in_time_and_others_reach_who_is_left() -> None:
    reached: set[str] = set()
    for day in range(PARTS):
        run = night(160, 42)
        run.a_question_takes = A_RUN_TAKES / 10
        run.gone(NIGHT + timedelta(days=day))
        assert len(run.asked) == 10
        reached |= set(run.asked)

    assert reached == set(run.users)


@pytest.mark.parametrize(("count", "is_told"), [(A_FEW - 1, True), (A_FEW, False), (500, False)])
def test_a_pool_that_knows_none_of_many_is_another_pool(count: int, is_told: bool) -> None:
    run = night(count, *range(count))

    if is_told:
        assert len(run.gone()) == count
    else:
        with pytest.raises(AnotherDirectoryError, match=f"none of {count} users .*USER_POOL_ID"):
            run.gone()


def test_a_pool_that_knows_one_of_many_is_the_right_one() -> None:
    assert len(night(500, *range(499)).gone()) == 499


@dataclass
class Kept:
    """The port `Leaving`, in dicts."""

    users: set[str]
    marks: dict[str, datetime] = field(default_factory=dict)

    def forget(self, user_id: str, *, at: datetime) -> datetime:
        self.users.discard(user_id)
        return self.marks.setdefault(user_id, at)

    def unmark(self, user_id: str) -> None:
        self.marks.pop(user_id, None)


def test_a_user_who_is_gone_is_forgotten_and_nobody_else_is() -> None:
    kept = Kept({"user-1", "user-2"})
    deleted = Envelope.of(UserDeleted(user_id="user-2"), correlation_id="c1", time=NIGHT)

    for _ in range(2):
        forget_user(deleted, leaving=kept)
        assert (kept.users, kept.marks) == ({"user-1"}, {"user-2": NIGHT})


def test_the_mark_stays_while_something_may_come_late_and_then_goes() -> None:
    kept = Kept({"user-2"})

    for day in range(MARKED.days + 1):
        forget("user-2", at=NIGHT + timedelta(days=day), leaving=kept)
        assert kept.marks == {"user-2": NIGHT}
    forget("user-2", at=NIGHT + MARKED + timedelta(days=1), leaving=kept)
    assert kept.marks == {}
