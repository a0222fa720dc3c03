"""What support tells others, and is told."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from shared.events import TaskClosed, TaskOpened, UserDeleted

from blockwork.runtime.envelope import Envelope, read_event
from blockwork.runtime.event_publisher import EventPublisher
from tests.e2e.accounts import tap
from tests.e2e.chatting import Person, items_of, talker
from tests.e2e.conftest import (
    NewAccount,
    aws,
    function_name,
    outputs,
    run_tool,
)
from tests.e2e.failure_chains import redrive_all, waiting
from tests.waiting import eventually


@pytest.fixture
def person(config: dict[str, Any], new_account: NewAccount) -> Person:
    return talker(config, new_account())


@pytest.fixture
def tapped(platform: dict[str, Any]) -> Iterator[Callable[[str, int], list[dict[str, Any]]]]:
    """Return what waits for so many events about tasks of a user."""
    with tap(platform, "TaskOpened", "TaskClosed") as heard:
        found: list[dict[str, Any]] = []

        def about(user_id: str, count: int) -> list[dict[str, Any]]:
            def of_user() -> list[dict[str, Any]]:
                found.extend(heard.events(1))
                return [one for one in found if one["detail"]["data"]["userId"] == user_id]

            return eventually(of_user, until=lambda events: len(events) >= count)

        yield about


def test_opened_and_closed_tasks_are_told_by_the_events_that_were_agreed(
    person: Person, tapped: Callable[[str, int], list[dict[str, Any]]]
) -> None:
    opened = person.says("new task: call me", **{"x-correlation-id": "opened-1"})
    closed = person.says("done 1", **{"x-correlation-id": "closed-1"})

    events = tapped(person.account.user_id, 2)
    first, second = read_event(events[0], TaskOpened), read_event(events[1], TaskClosed)
    assert first.data.user_id == second.data.user_id == person.account.user_id
    assert first.data.task_id == second.data.task_id
    assert (first.metadata.correlation_id, second.metadata.correlation_id) == (
        opened.headers["x-correlation-id"],
        closed.headers["x-correlation-id"],
    )
    assert first.metadata.correlation_id == "opened-1"
    assert first.metadata.id == f"{first.data.task_id}-TaskOpened"


def test_who_is_gone_is_forgotten(platform: dict[str, Any], person: Person) -> None:
    for number in range(3):
        person.reply(f"new task: {number}")
    person.reply("done 1")
    user_id = person.account.user_id
    assert len(items_of(platform, user_id)) > 5

    bus = outputs(platform, "Local-Foundation")["EventBusName"]
    EventPublisher(aws(platform, "events"), bus).publish(
        Envelope.of(UserDeleted(user_id=user_id), correlation_id="gone")
    )

    eventually(lambda: items_of(platform, user_id), until=lambda items: not items)


@pytest.fixture
def impatient(platform: dict[str, Any]) -> Iterator[None]:
    """Let the function be tried once alone, so that nobody has to wait for Lambda's retries."""
    functions = aws(platform, "lambda")
    name = function_name(platform, "Local-Support", "Support")
    function = {"FunctionName": name, "Qualifier": "$LATEST"}
    found = functions.get_function_event_invoke_config(**function)
    said = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
    settings = {**function, **{each: found[each] for each in said}}
    functions.put_function_event_invoke_config(**{**settings, "MaximumRetryAttempts": 0})
    yield
    functions.put_function_event_invoke_config(**settings)


@pytest.mark.usefixtures("impatient")
def test_an_event_that_cannot_be_read_ends_in_the_failure_chain(platform: dict[str, Any]) -> None:
    bus = outputs(platform, "Local-Foundation")["EventBusName"]
    detail = {"metadata": {"id": "x", "correlationId": "x", "version": 1}, "data": {"userId": "u"}}
    entry = {"EventBusName": bus, "Source": "blockwork.identity", "DetailType": "UserDeleted"}

    aws(platform, "events").put_events(Entries=[{**entry, "Detail": json.dumps(detail)}])

    eventually(lambda: waiting(platform, "Local-Support"))
    shown = run_tool(platform, "failures", "show", "support").stdout
    assert "InvalidEventError: UserDeleted does not fit" in shown
    which = ("--id", shown.split()[1], "--reason", "a test's")
    assert run_tool(platform, "failures", "drop", "support", *which).returncode == 0


def test_what_could_not_be_told_is_told_once_the_bus_is_back(
    platform: dict[str, Any],
    person: Person,
    tapped: Callable[[str, int], list[dict[str, Any]]],
) -> None:
    functions = aws(platform, "lambda")
    name = function_name(platform, "Local-Support", "Support")
    good = functions.get_function_configuration(FunctionName=name)["Environment"]
    broken = {"Variables": {**good["Variables"], "EVENT_BUS_NAME": "no-bus-of-ours"}}
    functions.update_function_configuration(FunctionName=name, Environment=broken)
    try:
        person.reply("new task: tell them")
        eventually(lambda: waiting(platform, "Local-Support") >= 1)
    finally:
        functions.update_function_configuration(FunctionName=name, Environment=good)

    redrive_all(platform, "support")

    assert [e["detail-type"] for e in tapped(person.account.user_id, 1)] == ["TaskOpened"]
