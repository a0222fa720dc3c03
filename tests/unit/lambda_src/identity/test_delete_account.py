"""DELETE /me: an account that its owner deletes."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from identity.handlers.delete_account import delete_account

from blockwork.runtime.envelope import Envelope
from blockwork.runtime.event_publisher import EventsNotPublishedError
from blockwork.runtime.http import Request
from blockwork.runtime.problems import ProblemError
from tests.unit.blockwork.runtime.fakes import PublishedEvents
from tests.unit.lambda_src.identity.samples import claims

ADA = claims(user_id="user-2") | {"cognito:username": "Works_7"}


@dataclass
class Admitted:
    """The port `Admission`, in a list of who is not let in any more."""

    ended: list[str] = field(default_factory=list)

    def end(self, username: str) -> None:
        self.ended.append(username)


class Unheard(PublishedEvents):
    """The port `Events` while the bus takes nothing."""

    def publish(self, *envelopes: Envelope[Any]) -> None:
        raise EventsNotPublishedError(envelopes, {"no"})


def test_nobody_can_sign_in_any_more_and_every_service_is_told() -> None:
    admitted, events = Admitted(), PublishedEvents()
    request = Request(claims=ADA, query={"account": "user-2"})

    for _ in range(2):
        assert delete_account(request, admission=admitted, events=events).status == 204

    assert admitted.ended == ["Works_7", "Works_7"]
    (told, again) = events.published
    assert (told.name, told.data.user_id, again.data) == ("UserDeleted", "user-2", told.data)


@pytest.mark.parametrize(
    "query", [{}, {"account": ""}, {"account": "user-1"}, {"account": "Works_7"}]
)
def test_who_does_not_name_their_own_account_deletes_none(query: dict[str, str]) -> None:
    admitted, events = Admitted(), PublishedEvents()

    with pytest.raises(ProblemError, match="your own, which GET /me shows; got") as problem:
        delete_account(Request(claims=ADA, query=query), admission=admitted, events=events)

    assert problem.value.status == 400
    assert (admitted.ended, events.published) == ([], [])


def test_without_a_token_nobody_is_deleted() -> None:
    with pytest.raises(ProblemError) as problem:
        delete_account(Request(), admission=Admitted(), events=PublishedEvents())

    assert problem.value.status == 401


def test_where_the_bus_takes_nothing_the_account_is_deleted_and_the_night_tells() -> None:
    admitted = Admitted()
    request = Request(claims=claims(user_id="user-2"), query={"account": "user-2"})

    assert delete_account(request, admission=admitted, events=Unheard()).status == 204
    assert admitted.ended == ["user-2"]
