"""The support chatbot, in Node.js: what it does, and what it promises as all services do."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.accounts import claims
from tests.e2e.chatting import Person, items_of, talker
from tests.e2e.conftest import (
    NewAccount,
    aws,
)
from tests.e2e.test_bytes import unreadable
from tests.waiting import eventually

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


@pytest.fixture
def person(config: dict[str, Any], new_account: NewAccount) -> Person:
    return talker(config, new_account())


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


def test_the_users_id_is_that_of_the_token(platform: dict[str, Any], person: Person) -> None:
    person.reply("hello")

    assert items_of(platform, claims(person.token)["sub"])
