"""A fake as a team writes it, asked without a server."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from blockwork.local.fakes import Answer, Fake, Place, RefusedError, Request

KEY = "key-of-the-shop"


def carrier(place: Place) -> Fake:
    """A carrier that takes parcels."""
    fake = Fake(place, key="api-key", modes={"full": 0.0})

    @fake.route("POST /parcels", once=True)
    def take(request: Request) -> Answer:
        if fake.behaviour.mode == "full":
            raise RefusedError(409, "no van has room today")
        parcel = {"number": len(fake.journal.entries()) + 1, **request.json()}
        fake.journal.note(parcel)
        return Answer.of(201, parcel)

    @fake.route("GET /parcels", public=True)
    def taken(_request: Request) -> Answer:
        return Answer.of(200, fake.journal.entries())

    @fake.route("GET /parcels/{number}")
    async def find(request: Request) -> Answer:
        return Answer.of(200, {"number": request.parameters["number"]})

    return fake


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "api-key.key").write_text(f"{KEY} another-key\n")
    return Place(name="carrier", directory=tmp_path)


def ask(fake: Fake, method: str, path: str, body: object = None, **headers: str) -> Answer | None:
    sent = {"authorization": f"Bearer {KEY}", **headers}
    parts = tuple(part for part in path.split("/") if part)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return asyncio.run(fake.answer(Request(method=method, path=parts, headers=sent, body=content)))


def take(fake: Fake, to: str, key: str = "k1") -> Answer | None:
    return ask(fake, "POST", "/parcels", {"to": to}, **{"idempotency-key": key})


def said(answer: Answer | None) -> tuple[int, Any]:
    assert answer is not None
    return answer.status, json.loads(answer.body)


def taken(fake: Fake) -> Any:
    return said(ask(fake, "GET", "/parcels"))[1]


def test_a_route_answers_what_it_is_asked(place: Place) -> None:
    fake = carrier(place)

    assert said(ask(fake, "GET", "/parcels/7")) == (200, {"number": "7"})
    assert said(ask(fake, "GET", "/vans"))[0] == 404
    assert said(ask(fake, "DELETE", "/parcels/7"))[0] == 404


def test_a_refusal_is_a_problem(place: Place) -> None:
    answer = ask(carrier(place), "POST", "/parcels", b"[1]", **{"idempotency-key": "k1"})

    assert answer is not None
    assert answer.content_type == "application/problem+json"
    problem = json.loads(answer.body)
    assert (problem["title"], problem["status"]) == ("Bad Request", 400)
    assert problem["detail"] == "the body must be a JSON object, got [1]"


@pytest.mark.parametrize("sent", ["", "Bearer guess", "Bearer ", KEY])
def test_only_who_knows_a_key_is_answered_but_everybody_may_look(place: Place, sent: str) -> None:
    fake = carrier(place)

    assert said(ask(fake, "GET", "/parcels/7", authorization=sent))[0] == 401
    assert said(ask(fake, "GET", "/parcels/7", authorization="Bearer another-key"))[0] == 200
    assert said(ask(fake, "GET", "/parcels", authorization=sent))[0] == 200


def test_what_is_repeated_is_done_once_even_by_another_process(place: Place) -> None:
    first = take(carrier(place), "1 A Street")
    again = take(carrier(Place(name="carrier", directory=place.directory)), "1 A Street")

    assert said(first) == said(again) == (201, {"number": 1, "to": "1 A Street"})
    assert taken(carrier(Place(name="carrier", directory=place.directory))) == [
        {"number": 1, "to": "1 A Street"}
    ]


def test_a_key_is_not_good_for_another_body_and_must_be_there(place: Place) -> None:
    fake = carrier(place)
    take(fake, "1 A Street")

    assert said(take(fake, "2 A Street"))[0] == 422
    assert said(take(fake, "2 A Street", key=""))[0] == 400
    assert len(taken(fake)) == 1


def test_two_that_ask_at_once_with_a_key_get_one_parcel(place: Place) -> None:
    fake = Fake(place)
    made: list[int] = []

    @fake.route("POST /parcels", once=True)
    async def slowly(_request: Request) -> Answer:
        made.append(1)
        await asyncio.sleep(0)
        return Answer.of(201, {"number": len(made)})

    request = Request(method="POST", path=("parcels",), headers={"idempotency-key": "k1"})

    async def both() -> tuple[Answer | None, Answer | None]:
        return await asyncio.gather(fake.answer(request), fake.answer(request))

    one, other = asyncio.run(both())

    assert one == other
    assert made == [1]


def test_what_failed_is_done_anew(place: Place) -> None:
    fake = Fake(place)
    answers = [Answer.problem(500, "a bug"), Answer.of(201, {})]
    fake.route("POST /parcels", once=True)(lambda _request: answers.pop(0))

    assert said(take(fake, "1 A Street"))[0] == 500
    assert said(take(fake, "1 A Street"))[0] == 201


@pytest.mark.parametrize(
    ("mode", "seen", "parcels"),
    [("down", 503, 0), ("slow", 201, 1), ("unanswered", None, 1), ("nonsense", 200, 1)],
)
def test_every_fake_has_bad_days(place: Place, mode: str, seen: int | None, parcels: int) -> None:
    fake = carrier(place)
    place.control.change({"carrier": {"mode": mode, "seconds": 0}})

    answer = take(fake, "1 A Street")

    assert (answer.status if answer else None) == seen
    assert len(taken(fake)) == parcels


def test_a_fake_can_answer_twice(place: Place) -> None:
    fake = carrier(place)
    place.control.change({"carrier": {"mode": "twice"}})

    answer = take(fake, "1 A Street")

    assert answer is not None
    assert answer.times == 2


def test_a_bad_day_ends_after_so_many_times(place: Place) -> None:
    fake = carrier(place)
    place.control.change({"carrier": {"mode": "down", "times": 2}})

    assert [said(take(fake, "1 A Street"))[0] for _ in range(3)] == [503, 503, 201]
    assert place.control.view() == {"carrier": {"mode": "ok", "seconds": 0.0, "times": None}}


def test_a_fake_has_modes_of_its_own(place: Place) -> None:
    fake = carrier(place)
    place.control.change({"carrier": {"mode": "full"}})

    assert said(take(fake, "1 A Street"))[1]["detail"] == "no van has room today"


def test_a_mode_of_its_own_replaces_that_of_every_fake(place: Place) -> None:
    fake = Fake(place, modes={"down": 0.0})
    fake.route("GET /vans")(lambda _request: Answer.of(200, fake.behaviour.mode))
    place.control.change({"carrier": {"mode": "down"}})

    assert said(ask(fake, "GET", "/vans")) == (200, "down")


@pytest.mark.parametrize("route", ["/parcels", "FETCH /parcels", "GET parcels", "get /parcels"])
def test_a_route_that_cannot_be_understood_is_refused(place: Place, route: str) -> None:
    with pytest.raises(ValueError, match=r'route must be such as "GET /parcels/\{id\}", got'):
        Fake(place).route(route)


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"post": {"mode": "ok"}}, "control knows carrier, got 'post'"),
        ({"carrier": {"mode": "steal"}}, "mode of carrier must be one of ok, down, slow"),
        ({"carrier": {"mode": 7}}, "got 7"),
        ({"carrier": ["ok"]}, "got None"),
        ({"carrier": {"mode": "slow", "seconds": -1}}, "between 0 and 600, got -1"),
        ({"carrier": {"mode": "down", "times": 0}}, "times must be 1 or more"),
        ({"carrier": {"mode": "ok", "times": 1}}, "not of ok"),
    ],
)
def test_a_wish_that_is_not_understood_changes_nothing(
    place: Place, wish: dict[str, Any], message: str
) -> None:
    carrier(place)
    before = place.control.view()

    with pytest.raises(ValueError, match=message):
        place.control.change({"carrier": {"mode": "twice"}, **wish})
    assert place.control.view() == before
