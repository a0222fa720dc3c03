"""The support chatbot: what it does, and what it promises as all services do."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from blockwork.verification import TemporaryUser
from tests.e2e.chatting import Person, talker
from tests.e2e.conftest import Tokens, bearer
from tests.waiting import PATIENCE

APOLOGY = "Sorry, I did not understand that."


@pytest.fixture(scope="module")
def person(config: dict[str, Any], new_account: Callable[..., TemporaryUser]) -> Person:
    """Return somebody whose first test opens the first task."""
    return talker(config, new_account())


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


def test_everybody_gets_what_is_kept_of_them_page_by_page(person: Person) -> None:
    sent = {person.reply(f"new task: {number}") and f"{number}" for number in range(51)}
    entries: list[dict[str, Any]] = []
    page: dict[str, Any] = {}
    while not page or "nextToken" in page:
        asked = {"nextToken": page["nextToken"]} if page else {}
        answer = httpx.get(
            f"{person.url}/history", params=asked, headers=bearer(person.token), timeout=PATIENCE
        )
        page = answer.raise_for_status().json()
        entries += page["entries"]

    assert sent <= {entry["text"] for entry in entries if entry["kind"] == "OPEN_TASK"}
    said = {entry["text"]: entry["reply"] for entry in entries if entry["kind"] == "MESSAGE"}
    assert all(f"is open: {text}" in said[f"new task: {text}"] for text in sent)


def test_a_conversation_goes_on_under_its_id(person: Person) -> None:
    first = person.says("hello").json()
    second = person.says("again", fields={"conversationId": first["conversationId"]}).json()

    assert second["conversationId"] == first["conversationId"]
    assert first["conversationId"] != person.says("hello").json()["conversationId"]


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


def test_another_users_tasks_are_not_there(person: Person, customer: Tokens) -> None:
    person.reply("new task: mine alone")
    other = Person(person.url, person.account, customer.id_token)

    assert "mine alone" not in other.reply("my tasks")
    assert other.reply("done 999999") == "You have no task 999999. “my tasks” lists yours."


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/chat"), ("DELETE", "/chat"), ("POST", "/"), ("POST", "/chat/1"), ("POST", "/tasks")],
)
def test_an_unknown_route_is_not_there(person: Person, method: str, path: str) -> None:
    answer = httpx.request(
        method, person.url + path, headers=bearer(person.token), timeout=PATIENCE
    )

    assert answer.status_code == 404


def test_scripts_of_the_website_alone_may_call(site_url: str, person: Person) -> None:
    def ask(origin: str) -> httpx.Response:
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        return httpx.options(f"{person.url}/chat", headers=asked, timeout=PATIENCE)

    allowed = ask(site_url)
    assert allowed.headers["access-control-allow-origin"] == site_url
    assert "access-control-allow-origin" not in ask("https://evil.example").headers
