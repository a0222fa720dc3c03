"""What the e-mail provider tells its customer, in each of its moods."""

import hmac
import json
from collections import Counter
from typing import Any

from tests.integration.tools.providers.conftest import WEBHOOK_KEY, Customer, Outside
from tests.integration.tools.providers.test_campaigns import campaign, comes_to, hand_over, send
from tests.waiting import eventually, settled


def sent(outside: Outside, customer: Customer, size: int = 3) -> str:
    id_ = campaign(outside, customer)
    hand_over(outside, id_, batches=1, size=size)
    send(outside, id_)
    return id_


def told(customer: Customer) -> list[dict[str, Any]]:
    return [json.loads(body) for body in customer.bodies]


def statuses(customer: Customer) -> list[str]:
    return [one["status"] for one in told(customer)]


def is_signed(customer: Customer, number: int, key: str) -> bool:
    at, signature = customer.signatures[number].split(",")
    message = f"{at.removeprefix('t=')}.".encode() + customer.bodies[number]
    digest = hmac.new(key.encode(), message, "sha256").hexdigest()
    return signature == f"v1={digest}"


def test_the_customer_is_told_once_that_all_is_sent(outside: Outside, customer: Customer) -> None:
    id_ = sent(outside, customer)

    eventually(lambda: len(customer.bodies))
    (callback,) = settled(lambda: told(customer))

    assert callback["id"].startswith("evt_")
    assert callback["time"].endswith("Z")
    assert {name: callback[name] for name in ("campaign", "status", "mailed", "sequence")} == {
        "campaign": id_,
        "status": "sent",
        "mailed": 3,
        "sequence": 1,
    }
    assert is_signed(customer, 0, WEBHOOK_KEY)


def test_it_can_be_pending_several_times_first(outside: Outside, customer: Customer) -> None:
    outside.behave("pending", seconds=0.1)
    sent(outside, customer, size=10)

    eventually(lambda: len(customer.bodies), until=lambda number: number == 4)

    assert statuses(customer) == ["pending", "pending", "pending", "sent"]
    assert [one["sequence"] for one in told(customer)] == [1, 2, 3, 4]
    assert [one["mailed"] for one in told(customer)] == [0, 3, 6, 10]


def test_it_can_tell_everything_twice_signed_anew(outside: Outside, customer: Customer) -> None:
    outside.behave("twice")
    sent(outside, customer)

    eventually(lambda: len(customer.bodies), until=lambda number: number == 2)

    first, second = told(customer)
    assert first["id"] == second["id"]
    assert len(set(customer.signatures)) == 2
    assert is_signed(customer, 0, WEBHOOK_KEY)
    assert is_signed(customer, 1, WEBHOOK_KEY)


def test_it_can_tell_before_it_answers(outside: Outside, customer: Customer) -> None:
    outside.behave("early")

    sent(outside, customer)

    assert statuses(customer) == ["sent"]


def test_it_can_tell_before_it_answers_somebody_who_does_not_listen(
    outside: Outside, customer: Customer
) -> None:
    outside.behave("early")
    customer.script = [503]

    id_ = sent(outside, customer)

    assert outside.get(f"/campaigns/{id_}")["status"] == "sent"
    eventually(lambda: statuses(customer), until=lambda seen: seen == ["sent", "sent"])


def test_it_can_fail(outside: Outside, customer: Customer) -> None:
    outside.behave("fail", times=1)
    id_ = sent(outside, customer)
    eventually(lambda: statuses(customer), until=lambda seen: seen == ["failed"])

    send(outside, id_)

    eventually(lambda: statuses(customer), until=lambda seen: seen == ["failed", "sent"])
    assert [one["mailed"] for one in told(customer)] == [1, 3]


def test_it_can_keep_silent(outside: Outside, customer: Customer) -> None:
    outside.behave("silent")
    id_ = sent(outside, customer)

    assert comes_to(outside, id_, "sent")["mailed"] == 3
    assert settled(lambda: customer.bodies) == []


def test_it_can_be_down(outside: Outside, customer: Customer) -> None:
    id_ = campaign(outside, customer)
    outside.behave("down")

    assert outside.http.get(f"/campaigns/{id_}").status_code == 503

    outside.behave("ok")
    assert outside.get(f"/campaigns/{id_}")["status"] == "ready"


def test_what_a_broken_customer_did_not_take_is_told_again(
    outside: Outside, customer: Customer
) -> None:
    customer.script = [500, 0, 503]
    sent(outside, customer)

    eventually(lambda: len(customer.bodies), until=lambda number: number == 4)

    assert settled(lambda: len(customer.bodies)) == 4
    assert len({one["id"] for one in told(customer)}) == 1
    assert len(set(customer.signatures)) == 4


def test_what_a_customer_refused_is_not_told_again(outside: Outside, customer: Customer) -> None:
    customer.script = [401]
    sent(outside, customer)

    eventually(lambda: len(customer.bodies))

    assert settled(lambda: len(customer.bodies)) == 1


def test_a_provider_that_was_killed_still_tells(outside: Outside, customer: Customer) -> None:
    customer.script = [503] * 3
    sent(outside, customer)
    eventually(lambda: len(customer.bodies))
    outside.kill()
    customer.script = []
    outside.start()

    eventually(lambda: len(customer.bodies), until=lambda number: number >= 2)

    assert Counter(one["id"] for one in told(customer)) == {
        told(customer)[0]["id"]: len(customer.bodies)
    }
    assert told(customer)[-1]["status"] == "sent"


def test_callbacks_are_signed_by_the_first_key_as_it_is_now(
    outside: Outside, customer: Customer
) -> None:
    customer.script = [503] * 3
    sent(outside, customer)
    eventually(lambda: len(customer.bodies))

    outside.webhook_keys.write_text(f"a-newer-key {WEBHOOK_KEY}\n")

    eventually(lambda: len(customer.bodies), until=lambda number: number == 4)
    assert is_signed(customer, 0, WEBHOOK_KEY)
    assert is_signed(customer, -1, "a-newer-key")


def test_a_wish_that_is_not_understood_changes_nothing(outside: Outside) -> None:
    before = outside.get("/control")

    for wish in (
        {"mode": "steal"},
        {"mode": "ok", "times": 1},
        {"mode": "fail", "times": 0},
        {"mode": "fail", "times": "often"},
    ):
        assert outside.http.put("/control", json={"campaigns": wish}).status_code == 400, wish

    assert outside.get("/control") == before
