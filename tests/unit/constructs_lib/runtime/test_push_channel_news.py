"""Events of other teams: where they name their user, and what is theirs of ids and times."""

import json
from typing import Any

import pytest

from constructs_lib.runtime.push_channel.forget import forget
from constructs_lib.runtime.push_channel.news import Forms, UnusableEventError, told_forms
from tests.unit.constructs_lib.runtime.route_fakes import Channel, accepted, bus_event
from tests.unit.constructs_lib.runtime.test_push_channel_forgetting import Users

FORMS: Forms = {
    "shop.returns": {"Returned": {"user": ["customer", "id"], "plain": True}},
    "shop.orders": {"OrderShipped": {"user": ["buyer"], "plain": False}},
}


def returned(**changes: Any) -> dict[str, Any]:
    return {
        "id": "6a7e8feb",
        "time": "2026-02-03T04:05:06Z",
        "source": "shop.returns",
        "detail-type": "Returned",
        "detail": {"customer": {"id": "ann"}, "items": 2},
        **changes,
    }


def test_an_event_without_an_envelope_is_its_own_data() -> None:
    channel = Channel()

    accepted(channel, returned(), FORMS)

    (message,) = channel.accepted
    assert (message["user_id"], message["event_id"]) == ("ann", "6a7e8feb")
    assert (message["type_"], message["time_"]) == ("Returned", "2026-02-03T04:05:06Z")
    assert json.loads(message["data"]) == {"customer": {"id": "ann"}, "items": 2}


def test_an_event_in_our_envelope_may_name_its_user_by_another_name() -> None:
    channel = Channel()
    data = {"buyer": "bob", "userId": "somebody else"}

    accepted(channel, {"source": "shop.orders", **bus_event(data=data)}, FORMS)

    assert [message["user_id"] for message in channel.accepted] == ["bob"]


def test_an_event_of_which_nothing_was_said_is_in_our_form() -> None:
    channel = Channel()

    accepted(channel, {"source": "shop.returns", **bus_event()}, FORMS)
    accepted(channel, {"source": "elsewhere", **bus_event(id="e-2")}, FORMS)

    assert [message["user_id"] for message in channel.accepted] == ["ann", "ann"]


@pytest.mark.parametrize(
    ("event", "missing"),
    [
        (returned(detail={}), r"detail\.customer\.id must be a text"),
        (returned(detail={"customer": "ann"}), r"detail\.customer\.id must be a text"),
        (returned(id=None), r"^id must be a text that is not empty, got NoneType"),
    ],
)
def test_what_is_missing_is_named_where_it_is_looked_for(
    event: dict[str, Any], missing: str
) -> None:
    with pytest.raises(UnusableEventError, match=missing):
        accepted(Channel(), event, FORMS)


def test_who_is_gone_is_found_in_the_same_way() -> None:
    users = Users()

    forget(returned(), users=users, forms=FORMS)

    assert users.forgotten == ["ann"]


def test_a_function_that_is_told_nothing_knows_our_form_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told_forms.cache_clear()
    monkeypatch.delenv("EVENT_FORMS", raising=False)

    assert told_forms() == {}


def test_a_function_is_told_of_others_by_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    told_forms.cache_clear()
    monkeypatch.setenv("EVENT_FORMS", json.dumps(FORMS))

    assert told_forms() == FORMS
    told_forms.cache_clear()
