"""The e-mail provider: whoever is handed over gets one mail, whatever becomes of the process."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from operator import le
from typing import Any

import pytest

from tests.integration.tools.providers.conftest import Customer, Outside
from tests.waiting import eventually, settled


def campaign(outside: Outside, customer: Customer, key: str = "c1") -> str:
    body = {"subject": "Spring: 10 % off", "text": "Dear you,", "callbackUrl": customer.url}
    return str(outside.post("/campaigns", body, key=key).json()["id"])


def recipients(references: Sequence[object], domain: str = "example.org") -> dict[str, Any]:
    return {
        "recipients": [
            {
                "reference": f"user-{one}",
                "email": f"user-{one}@{domain}",
                "unsubscribeUrl": f"https://example.com/unsubscribe?token={'t' * 300}{one}",
            }
            for one in references
        ]
    }


def hand_over(outside: Outside, id_: str, batches: int, size: int) -> None:
    for number in range(batches):
        users = range(number * size, (number + 1) * size)
        answer = outside.post(f"/campaigns/{id_}/batches", recipients(users), key=f"b{number}")
        assert answer.status_code == 202, answer.text


def send(outside: Outside, id_: str) -> None:
    assert outside.post(f"/campaigns/{id_}/send").status_code == 202


def comes_to(outside: Outside, id_: str, status: str) -> dict[str, Any]:
    return eventually(
        lambda: outside.get(f"/campaigns/{id_}"), until=lambda now: now["status"] == status
    )


def test_each_recipient_gets_one_mail_with_a_link_to_unsubscribe(
    outside: Outside, customer: Customer
) -> None:
    id_ = campaign(outside, customer)
    hand_over(outside, id_, batches=2, size=3)
    send(outside, id_)

    assert comes_to(outside, id_, "sent") == {
        "id": id_,
        "status": "sent",
        "mailed": 6,
        "rejected": 0,
        "sequence": 1,
    }
    assert sorted(mail["to"][0] for mail in outside.mails()) == [
        f"user-{number}@example.org" for number in range(6)
    ]
    (mail,) = outside.http.get("/mails", params={"to": "user-4@example.org"}).json()
    link = f"https://example.com/unsubscribe?token={'t' * 300}4"
    assert mail["subject"] == "Spring: 10 % off"
    assert mail["listUnsubscribe"] == f"<{link}>"
    assert mail["listUnsubscribePost"] == "List-Unsubscribe=One-Click"
    assert mail["text"].splitlines() == ["Dear you,", "", "-- ", f"Unsubscribe: {link}"]


def test_what_is_repeated_is_done_once(outside: Outside, customer: Customer) -> None:
    id_ = campaign(outside, customer)
    body = {"subject": "Spring: 10 % off", "text": "Dear you,", "callbackUrl": customer.url}
    first = outside.post(f"/campaigns/{id_}/batches", recipients([1, 2]), key="b0")
    again = outside.post(f"/campaigns/{id_}/batches", recipients([1, 2]), key="b0")
    for _ in range(2):
        send(outside, id_)
    comes_to(outside, id_, "sent")
    send(outside, id_)

    assert outside.post("/campaigns", body, key="c1").status_code == 200
    assert outside.post("/campaigns", body, key="c1").json() == {"id": id_}
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json() == again.json() == {"batch": "b0", "accepted": 2}
    assert settled(lambda: len(outside.mails())) == 2
    assert len(customer.bodies) == 1


def test_a_key_is_not_good_for_anything_else(outside: Outside, customer: Customer) -> None:
    id_ = campaign(outside, customer)
    hand_over(outside, id_, batches=1, size=2)
    other = {"subject": "Other", "text": "Dear you,", "callbackUrl": customer.url}

    assert outside.post("/campaigns", other, key="c1").status_code == 422
    again = outside.post(f"/campaigns/{id_}/batches", recipients([7]), key="b0")
    assert again.status_code == 422
    assert outside.get(f"/campaigns/{id_}/batches/b0")["references"] == ["user-0", "user-1"]


def test_the_same_recipient_under_another_key_shows_as_a_second_mail(
    outside: Outside, customer: Customer
) -> None:
    id_ = campaign(outside, customer)
    for key in ("b0", "b1"):
        outside.post(f"/campaigns/{id_}/batches", recipients([1]), key=key)
    send(outside, id_)

    assert comes_to(outside, id_, "sent")["mailed"] == 2
    assert len(outside.mails()) == 2


def test_who_is_rejected_is_told_with_the_reason(outside: Outside, customer: Customer) -> None:
    id_ = campaign(outside, customer)
    gone = recipients([1], domain="rejected.example")["recipients"]
    odd = recipients([2], domain="a b")["recipients"]
    body = {"recipients": [*gone, *odd, *recipients([3])["recipients"]]}
    outside.post(f"/campaigns/{id_}/batches", body, key="b0")
    send(outside, id_)

    done = comes_to(outside, id_, "sent")
    assert (done["mailed"], done["rejected"]) == (1, 2)
    assert outside.get(f"/campaigns/{id_}/batches/b0") == {
        "references": ["user-1", "user-2", "user-3"],
        "mailed": 1,
        "rejected": [
            {"reference": "user-1", "reason": "there is no such mailbox"},
            {"reference": "user-2", "reason": "this is no address"},
        ],
    }
    assert outside.http.get(f"/campaigns/{id_}/batches/b9").status_code == 404


@pytest.mark.parametrize("kills", [1, 4])
def test_a_provider_that_is_killed_among_its_mails_mails_nobody_twice_and_everybody(
    outside: Outside, customer: Customer, kills: int
) -> None:
    id_ = campaign(outside, customer)
    hand_over(outside, id_, batches=4, size=50)
    outside.behave("ok", seconds=2)
    send(outside, id_)
    for number in range(kills):
        enough = 25 * (number + 1)
        eventually(lambda: len(outside.mails()), until=partial(le, enough))
        outside.kill()
        outside.start()

    assert comes_to(outside, id_, "sent")["mailed"] == 200
    got = Counter(mail["to"][0] for mail in outside.mails())
    assert got == {f"user-{number}@example.org": 1 for number in range(200)}
    for number in range(4):
        assert outside.get(f"/campaigns/{id_}/batches/b{number}")["mailed"] == 50


def test_a_mail_that_left_before_it_was_noted_is_no_second_mail(
    outside: Outside, customer: Customer
) -> None:
    id_ = campaign(outside, customer)
    hand_over(outside, id_, batches=1, size=3)
    send(outside, id_)
    comes_to(outside, id_, "sent")
    outside.kill()
    journal = outside.folder / "outside" / "campaigns" / "campaigns.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    begun = next(number for number, line in enumerate(lines) if b'"begun"' in line)
    journal.write_bytes(b"".join(lines[: begun + 2]) + b'{"kind": "settl')  # killed while writing
    outside.start()

    assert comes_to(outside, id_, "sent")["mailed"] == 3
    assert len(outside.mails()) == 3


def test_nothing_is_mailed_once_a_campaign_is_cancelled(
    outside: Outside, customer: Customer
) -> None:
    id_ = campaign(outside, customer)
    hand_over(outside, id_, batches=2, size=100)
    outside.behave("ok", seconds=300)
    send(outside, id_)
    eventually(lambda: len(outside.mails()))

    answer = outside.post(f"/campaigns/{id_}/cancel")

    assert answer.status_code == 200
    assert answer.json()["status"] == "cancelled"
    mailed = answer.json()["mailed"]
    assert 1 <= mailed < 200
    assert settled(lambda: len(outside.mails())) == mailed
    assert outside.post(f"/campaigns/{id_}/cancel").json() == outside.get(f"/campaigns/{id_}")
    assert outside.get(f"/campaigns/{id_}")["mailed"] == mailed
    assert outside.post(f"/campaigns/{id_}/send").status_code == 409
    late = outside.post(f"/campaigns/{id_}/batches", recipients([900]), key="late")
    assert late.status_code == 409
    outside.kill()
    outside.start()
    assert settled(lambda: len(outside.mails())) == mailed


def test_sending_that_has_failed_goes_on_where_it_was(outside: Outside, customer: Customer) -> None:
    id_ = campaign(outside, customer)
    hand_over(outside, id_, batches=1, size=8)
    outside.behave("fail", times=2)
    for mailed in (4, 6):
        send(outside, id_)
        assert comes_to(outside, id_, "failed")["mailed"] == mailed
    send(outside, id_)

    assert comes_to(outside, id_, "sent")["mailed"] == 8
    assert len(outside.mails()) == 8


def test_only_who_knows_the_key_may_send(outside: Outside, customer: Customer) -> None:
    id_ = campaign(outside, customer)
    stranger = {"Authorization": "Bearer guess"}

    assert outside.http.get(f"/campaigns/{id_}", headers=stranger).status_code == 401
    assert outside.http.post(f"/campaigns/{id_}/send", headers=stranger).status_code == 401
    assert outside.http.post(f"/campaigns/{id_}/cancel", headers=stranger).status_code == 401
    assert outside.get(f"/campaigns/{id_}")["status"] == "ready"


NO_BATCHES: list[tuple[object, str]] = [
    (recipients([1]), ""),
    (recipients([1]), "a/b"),
    (recipients([1, 1]), "b0"),
    (recipients([]), "b0"),
    (recipients(range(101)), "b0"),
    ({"recipients": [{"reference": "user-1"}]}, "b0"),
    ({"recipients": ["user-1"]}, "b0"),
    (recipients(["1\r\nBcc: all"]), "b0"),
    ([1], "b0"),
]


def test_what_is_no_batch_is_refused_whole(outside: Outside, customer: Customer) -> None:
    id_ = campaign(outside, customer)

    for body, key in NO_BATCHES:
        assert outside.post(f"/campaigns/{id_}/batches", body, key=key).status_code == 400, body
    assert outside.http.get(f"/campaigns/{id_}/batches/b0").status_code == 404


NO_CAMPAIGNS = [{"subject": ""}, {"subject": "a\nb"}, {"text": "\ud800"}, {"callbackUrl": "no"}]


def test_what_is_no_campaign_is_refused(outside: Outside) -> None:
    body = {"subject": "Spring", "text": "Dear you,", "callbackUrl": "http://localhost"}

    for wrong in NO_CAMPAIGNS:
        answer = outside.post("/campaigns", {**body, **wrong}, key="c1")
        assert answer.status_code == 400, wrong
    assert outside.http.get("/campaigns/unknown").status_code == 404
