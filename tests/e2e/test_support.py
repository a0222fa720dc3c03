"""The support chatbot, in Node.js: what it does, and what it promises as all services do."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest
from shared.events import TaskClosed, TaskOpened, UserDeleted

from blockwork.runtime.envelope import Envelope, read_event
from blockwork.runtime.event_publisher import EventPublisher
from tests.e2e.accounts import claims, tap
from tests.e2e.conftest import (
    Account,
    NewAccount,
    Tokens,
    aws,
    bearer,
    function_name,
    outputs,
    run_tool,
    sign_in_by_srp,
)
from tests.e2e.failure_chains import redrive_all, waiting
from tests.e2e.test_bytes import unreadable
from tests.e2e.test_stolen_roles import GLOBAL_TABLE, physical_id
from tests.waiting import PATIENCE, eventually

APOLOGY = "Sorry, I did not understand that."
SCRIPTS = {
    "Latin": "Zähler zeigt Unsinn: 1 234 kWh",
    "Cyrillic": "Счётчик не работает",
    "Han": "電気メーターが壊れました",
    "Arabic": "العداد لا يعمل \u200f",
    "Devanagari": "मीटर काम नहीं करता",
    "emoji": "🔌👨‍👩‍👧‍👦 no power",
    "composed and not": "é e\u0301",
    "HTML": "<script>alert('x')</script> <b>&amp; ${7*7} {{7*7}}",
    "control characters": "tab\t bell\u0007 escape\u001b[31m zero\u0000 end",
    "lines": "one\ntwo\r\nthree",
}

Say = Callable[..., httpx.Response]


class Person:
    """Somebody who talks to support."""

    def __init__(self, url: str, account: Account, token: str) -> None:
        self.url, self.account, self.token = url, account, token

    def says(self, message: object, **more: Any) -> httpx.Response:
        body = {"message": message, **more.pop("fields", {})}
        return self.sends(json.dumps(body), **more)

    def sends(self, content: str | bytes, **headers: str) -> httpx.Response:
        return httpx.post(
            f"{self.url}/chat",
            content=content,
            headers={"content-type": "application/json", **bearer(self.token), **headers},
            timeout=PATIENCE,
        )

    def reply(self, message: str) -> str:
        answer = self.says(message)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["reply"])


@pytest.fixture
def person(config: dict[str, Any], new_account: NewAccount) -> Person:
    account = new_account()
    tokens = sign_in_by_srp(config, account.email, account.password)
    return Person(config["apis"]["support"], account, tokens.id_token)


def test_tasks_are_opened_listed_and_closed(person: Person) -> None:
    assert person.reply("my tasks") == "You have no open tasks."
    assert person.reply("new task: read my meter") == "Task 1 is open: read my meter"
    assert person.reply("NEW TASK:call me") == "Task 2 is open: call me"
    assert person.reply("my tasks") == "Your open tasks:\n1. read my meter\n2. call me"
    assert person.reply("done 1") == "Task 1 is done."
    assert person.reply("done 1") == "Task 1 was done before."
    assert person.reply("Done #7") == "You have no task 7. “my tasks” lists yours."
    assert person.reply("my tasks") == "Your open tasks:\n2. call me"


def test_what_it_does_not_understand_it_says_and_what_it_does(person: Person) -> None:
    for message in ("hello", "new task", "tasks", "done", "done one", "<b>done 1</b>"):
        reply = person.reply(message)
        assert reply.startswith(APOLOGY)
        assert all(known in reply for known in ("new task: …", "my tasks", "done 1"))


def test_a_conversation_goes_on_under_its_id(person: Person) -> None:
    first = person.says("hello").json()
    second = person.says("again", fields={"conversationId": first["conversationId"]}).json()

    assert second["conversationId"] == first["conversationId"]
    assert first["conversationId"] != person.says("hello").json()["conversationId"]


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_what_is_written_in_any_script_is_stored_and_answered_as_text(
    platform: dict[str, Any], person: Person, text: str
) -> None:
    answer = person.says(f"new task: {text}")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["reply"] == f"Task 1 is open: {text.strip()}"
    stored = items_of(platform, person.account.user_id)
    assert stored["open#000000001"]["text"] == {"S": text.strip()}
    (message,) = (item for key, item in stored.items() if key.startswith("message#"))
    assert message["text"] == {"S": f"new task: {text}"}


@pytest.mark.parametrize("character", ["x", "ж", "電", "🔌"])
def test_ten_kilobytes_are_taken_and_more_is_not(person: Person, character: str) -> None:
    room = 10 * 1024 - len("new task: ")
    text = character * (room // len(character.encode()))

    assert person.reply(f"new task: {text}") == f"Task 1 is open: {text}"
    refused = person.says(f"new task: {text}{character}")
    assert refused.status_code == 422
    assert "10240 bytes" in refused.json()["errors"][0]["detail"]
    assert person.says(text * 2).status_code == 422
    assert person.says("x" * 70_000).status_code == 413


@pytest.mark.parametrize(
    ("body", "field", "detail"),
    [
        ({}, "message", "is required"),
        ({"message": ""}, "message", "must say something"),
        ({"message": " \n\t\u3000"}, "message", "must say something"),
        ({"message": 7}, "message", "must be a string, got a number"),
        ({"message": None}, "message", "must be a string, got null"),
        ({"message": ["x"]}, "message", "must be a string, got an array"),
        ({"message": "x", "conversationId": "a b"}, "conversationId", "must be one that a reply"),
        ({"message": "x", "conversationId": ""}, "conversationId", "must be one that a reply"),
        ({"message": "x", "more": 1}, "more", "is not known"),
        ({"message": "x", "__proto__": 1}, "__proto__", "is not known"),
    ],
)
def test_a_body_that_does_not_fit_names_its_fields(
    person: Person, body: dict[str, Any], field: str, detail: str
) -> None:
    answer = person.sends(json.dumps(body))

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["title"] == "Unprocessable Content"
    (error,) = problem["errors"]
    assert error["field"] == field
    assert error["detail"].startswith(detail)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "new task: x",
        "[]",
        '"new task: x"',
        "{",
        '{"message": "x", "message": "y"}',
        '{"message": "x", "\\u006dessage": "y"}',
        '{"message": NaN}',
        '{"message": 1e999}',
        '{"message": ' + "[" * 40 + "]" * 40 + "}",
        '{"message": "\\udc00"}',
        '{"\\ud800": "x"}',
        '{"message": "\ufffd"}',
    ],
)
def test_what_is_not_one_object_of_json_is_refused(person: Person, content: str) -> None:
    answer = person.sends(content)

    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("the body must be ")


@pytest.mark.parametrize(
    ("body", "content_type"),
    unreadable('{"message": "É"}'),
    ids=lambda value: repr(value)[:40],
)
def test_what_is_not_text_in_utf_8_is_refused_and_nothing_is_stored(
    platform: dict[str, Any], person: Person, body: bytes, content_type: str | None
) -> None:
    answer = person.sends(body, **{"content-type": content_type or ""})

    assert answer.status_code == 400
    assert "the body must be JSON" in answer.json()["detail"]
    assert items_of(platform, person.account.user_id) == {}


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


def test_the_same_lines_are_logged_and_a_request_is_found_by_its_correlation_id(
    platform: dict[str, Any], person: Person
) -> None:
    correlation = f"find-me-{uuid4().hex}"
    text = f"secret of {uuid4().hex}"

    person.says(f"new task: {text}", **{"x-correlation-id": correlation})

    logs = aws(platform, "logs")
    groups = logs.get_paginator("describe_log_groups").paginate()
    (group,) = (
        group["logGroupName"]
        for page in groups
        for group in page["logGroups"]
        if "SupportSupportLogs" in group["logGroupName"].replace("/", "").replace("-", "")
    )

    def lines() -> list[dict[str, Any]]:
        events = logs.filter_log_events(logGroupName=group)["events"]
        said = [json.loads(e["message"]) for e in events if e["message"].startswith("{")]
        return [line for line in said if line.get("correlation_id") == correlation]

    found = eventually(lines, until=lambda some: len(some) >= 3)
    by_message = {line["message"]: line for line in found}
    assert {*by_message} == {"request", "told", "record"}
    request = by_message["request"]
    assert (request["level"], request["service"]) == ("INFO", "support")
    assert (request["method"], request["route"], request["status"]) == ("POST", "POST /chat", 200)
    assert {"timestamp", "duration_ms", "cold_start", "function_name", "function_request_id"} <= {
        *request
    }
    whole = "".join(e["message"] for e in logs.filter_log_events(logGroupName=group)["events"])
    assert text not in whole
    assert person.token.split(".")[2] not in whole


def test_two_at_once_get_tasks_of_their_own(person: Person) -> None:
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda n: person.reply(f"new task: number {n}"), range(8)))

    assert sorted(int(reply.split()[1]) for reply in replies) == list(range(1, 9))
    with ThreadPoolExecutor(8) as pool:
        closed = list(pool.map(lambda _: person.reply("done 3"), range(8)))
    assert closed.count("Task 3 is done.") == 1
    assert closed.count("Task 3 was done before.") == 7


def test_another_users_tasks_are_not_there(person: Person, customer: Tokens) -> None:
    person.reply("new task: mine alone")
    other = Person(person.url, person.account, customer.id_token)

    assert "mine alone" not in other.reply("my tasks")
    assert other.reply("done 999999") == "You have no task 999999. “my tasks” lists yours."


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


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/chat"), ("DELETE", "/chat"), ("POST", "/"), ("POST", "/chat/1"), ("POST", "/tasks")],
)
def test_an_unknown_route_is_not_there(person: Person, method: str, path: str) -> None:
    answer = httpx.request(
        method, person.url + path, headers=bearer(person.token), timeout=PATIENCE
    )

    assert answer.status_code == 404


def test_scripts_of_the_website_alone_may_call(platform: dict[str, Any], person: Person) -> None:
    def ask(origin: str) -> httpx.Response:
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        return httpx.options(f"{person.url}/chat", headers=asked, timeout=PATIENCE)

    allowed = ask(platform["siteUrl"])
    assert allowed.headers["access-control-allow-origin"] == platform["siteUrl"]
    assert "access-control-allow-origin" not in ask("https://evil.example").headers


def items_of(platform: dict[str, Any], user_id: str) -> dict[str, dict[str, Any]]:
    table = physical_id(platform, "Support", "Tasks", GLOBAL_TABLE)
    answer = aws(platform, "dynamodb").query(
        TableName=table,
        KeyConditionExpression="userId = :userId",
        ExpressionAttributeValues={":userId": {"S": user_id}},
    )
    return {item["itemId"]["S"]: item for item in answer["Items"]}


def test_the_users_id_is_that_of_the_token(platform: dict[str, Any], person: Person) -> None:
    person.reply("hello")

    assert items_of(platform, claims(person.token)["sub"])
