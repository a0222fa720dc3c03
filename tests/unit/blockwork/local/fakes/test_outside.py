"""Fakes of an app beside each other, and the mailbox."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from blockwork.local.fakes import Answer, Fake, Place, Request
from blockwork.local.fakes.outside import Outside
from blockwork.local.fakes.registered import Registered, registered


def fake_of(*routes: str) -> Any:
    """Return what makes a fake that says its name and the route."""

    def make(place: Place) -> Fake:
        fake = Fake(place)
        for route in routes:
            fake.route(route)(lambda _, route=route: Answer.of(200, f"{place.name} {route}"))
        return fake

    return make


def named(name: str, at: str, *routes: str) -> Registered:
    return Registered(name=name, at=tuple(at.split("/")[1:]) if at else (), make=fake_of(*routes))


def ask(outside: Outside, method: str, path: str, body: object = None) -> tuple[int, Any]:
    request = Request(
        method=method,
        path=tuple(part for part in path.split("/") if part),
        body=json.dumps(body).encode(),
    )
    answer = asyncio.run(outside.answer(request))
    assert answer is not None
    return answer.status, json.loads(answer.body)


def test_each_fake_answers_under_its_path_and_those_at_the_root_what_they_know(
    tmp_path: Path,
) -> None:
    outside = Outside(
        tmp_path,
        [
            named("weather", "", "GET /v1/forecast"),
            named("carrier", "/carrier", "GET /parcels", "GET /v1/forecast"),
            named("payments", "", "GET /payments"),
        ],
    )

    assert ask(outside, "GET", "/v1/forecast")[1] == "weather GET /v1/forecast"
    assert ask(outside, "GET", "/carrier/v1/forecast")[1] == "carrier GET /v1/forecast"
    assert ask(outside, "GET", "/payments")[1] == "payments GET /payments"
    assert ask(outside, "GET", "/parcels")[0] == 404
    assert ask(outside, "GET", "/carrier/vans")[0] == 404


def test_each_is_told_by_its_name_how_to_behave(tmp_path: Path) -> None:
    outside = Outside(tmp_path, [named("a", "/a", "GET /x"), named("b", "/b", "GET /x")])

    assert ask(outside, "PUT", "/control", {"a": {"mode": "down"}})[0] == 200
    assert (ask(outside, "GET", "/a/x")[0], ask(outside, "GET", "/b/x")[0]) == (503, 200)
    assert ask(outside, "PUT", "/control", {"c": {"mode": "down"}}) == (
        400,
        {
            "type": "about:blank",
            "title": "Bad Request",
            "status": 400,
            "detail": "control knows mail, a, b, got 'c'",
        },
    )
    assert ask(outside, "PUT", "/control", [1])[0] == 400
    assert ask(outside, "GET", "/")[1]["control"] == ask(outside, "GET", "/control")[1]


def test_mails_are_everybodys_and_one_that_comes_while_it_is_down_is_refused(
    tmp_path: Path,
) -> None:
    outside = Outside(tmp_path)
    mail = b"Subject: Hello\r\nMessage-ID: <1@example.com>\r\n\r\nBody\r\n"
    ask(outside, "PUT", "/control", {"mail": {"mode": "down", "times": 1}})

    replies = [asyncio.run(outside.receive(["ann@example.com"], mail)) for _ in range(2)]

    assert [reply[:3] for reply in replies] == ["451", "250"]
    (kept,) = ask(outside, "GET", "/mails")[1]
    assert (kept["to"], kept["subject"]) == (["ann@example.com"], "Hello")


@pytest.mark.parametrize(
    ("fakes", "message"),
    [
        ([named("a", "", "GET /x/{id}"), named("b", "", "GET /x/{key}")], "a and b both have GET"),
        ([named("a", "/a"), named("a", "/b")], "a name of its own, got mail, a, a"),
        ([named("mail", "/m")], "a name of its own, got mail, mail"),
        ([named("a", "", "GET /mails")], "/mails is the mailbox's, a must not have it"),
    ],
)
def test_what_would_never_be_asked_is_refused(
    tmp_path: Path, fakes: list[Registered], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Outside(tmp_path, fakes)


@pytest.mark.parametrize("code", ["no_such_module:fake", "json:no_such_name"])
def test_code_that_is_not_there_is_named(code: str) -> None:
    with pytest.raises(ValueError, match=f'got "{code}"'.replace('"', "'")):
        registered({"name": "carrier", "code": code, "path": "/carrier"})


def test_what_makes_no_fake_is_named(tmp_path: Path) -> None:
    entry = registered({"name": "carrier", "code": "builtins:str", "path": "/carrier"})
    place = Place(name="carrier", directory=tmp_path)

    with pytest.raises(ValueError, match="the code of carrier must return a Fake, got"):
        entry.made(place)
