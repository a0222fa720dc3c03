"""A voucher that is mailed again: once for each time that its own buyer asks."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from shared.events import VoucherMailRequested
from vouchers.domain.forgetting import NOBODY
from vouchers.domain.mailing_again import (
    MAILS_AN_HOUR,
    NotMailableError,
    TooManyMailsError,
)
from vouchers.domain.voucher import Voucher
from vouchers.domain.vouchers import UndeliverableError, UnknownVoucherError
from vouchers.handlers.ask_for_mail import ask_for_mail
from vouchers.handlers.mail_again import mail_again

from blockwork.runtime.consuming import consume
from blockwork.runtime.http import Request, Response
from blockwork.runtime.problems import ProblemError
from tests.unit.blockwork.runtime.fakes import PublishedEvents, RememberedOnce
from tests.unit.lambda_src.events import CONTEXT, CUSTOMER
from tests.unit.lambda_src.vouchers.fakes import (
    Clock,
    InMemoryDocuments,
    InMemoryVouchers,
    Outbox,
)
from tests.unit.lambda_src.vouchers.samples import FAILED, ISSUED, MAILED, PAID, voucher

REASON = "The voucher could not be delivered in time. The money was returned."
ASKED = Response(status=202, body={"voucherId": "v1", "recipientEmail": "friend@example.com"})


class Counted:
    """The port `MailRequests`, in a set."""

    def __init__(self) -> None:
        self.keys: set[tuple[str, str]] = set()

    def allow(self, user_id: str, voucher_id: str, key: str, *, limit: int, now: datetime) -> None:
        if (voucher_id, key) not in self.keys and len(self.keys) >= limit:
            raise TooManyMailsError(limit, timedelta(minutes=60 - now.minute))
        self.keys.add((voucher_id, key))


class Counter:
    """A voucher, its buyer, and who mails."""

    def __init__(self) -> None:
        self.vouchers = InMemoryVouchers()
        self.documents = InMemoryDocuments()
        self.documents.kept["user-2", "v1"] = b"document"
        self.outbox = Outbox()
        self.events = PublishedEvents()
        self.requests = Counted()
        self.once = RememberedOnce()
        self.put(voucher("v1", MAILED))

    def put(self, there: Voucher) -> None:
        self.vouchers.kept["user-2", "v1"] = there

    def ask(
        self, key: str | None = "k1", *, user_id: str = "user-2", voucher_id: str = "v1"
    ) -> Response:
        return ask_for_mail(
            Request(
                path={"voucherId": voucher_id},
                headers={"idempotency-key": key} if key else {},
                claims={**CUSTOMER, "sub": user_id},
            ),
            vouchers=self.vouchers,
            requests=self.requests,
            events=self.events,
            now=Clock(),
        )

    def deliver(self) -> None:
        """Hand every event over, as the bus does: more than once, too."""
        handler = consume(
            VoucherMailRequested,
            mail_again,
            once=lambda: self.once,
            vouchers=lambda: self.vouchers,
            documents=lambda: self.documents,
            mailer=lambda: self.outbox,
            now=lambda: Clock(),
        )
        for envelope in self.events.published * 2:
            event = {
                "source": envelope.source,
                "detail-type": envelope.name,
                "detail": json.loads(envelope.to_detail()),
            }
            handler(event, CONTEXT)


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.mark.parametrize("status", [ISSUED, MAILED])
def test_who_asks_is_told_whom_it_goes_to_and_it_goes_once(counter: Counter, status: Any) -> None:
    counter.put(voucher("v1", status))

    assert counter.ask() == ASKED
    counter.deliver()

    assert counter.outbox.sent == [("v1", b"document")]
    assert counter.vouchers.get("user-2", "v1").status is MAILED


def test_one_key_is_one_mail_and_another_key_another(counter: Counter) -> None:
    assert counter.ask() == counter.ask() == ASKED
    counter.deliver()
    assert len(counter.outbox.sent) == 1

    counter.ask("k2")
    counter.deliver()

    assert len(counter.outbox.sent) == 2


def test_an_event_that_was_lost_comes_with_the_repeated_request(counter: Counter) -> None:
    counter.ask()
    counter.events.published.clear()

    counter.ask()
    counter.deliver()

    assert len(counter.outbox.sent) == 1


def test_a_voucher_is_mailed_so_often_an_hour_and_repeats_are_none(counter: Counter) -> None:
    keys = [f"k{number}" for number in range(MAILS_AN_HOUR)]
    for key in keys:
        counter.ask(key)

    with pytest.raises(TooManyMailsError, match=f"{MAILS_AN_HOUR} times an hour") as refused:
        counter.ask("k9")

    assert refused.value.retry_after == 30 * 60
    assert [counter.ask(key) for key in keys] == [ASKED] * MAILS_AN_HOUR


@pytest.mark.parametrize(
    ("there", "told"),
    [
        (voucher("v1", PAID), "has no document yet"),
        (replace(voucher("v1", FAILED), reason=REASON), "has come to nothing"),
        (replace(voucher("v1", ISSUED), reason=REASON), "has come to nothing"),
        (
            replace(
                voucher("v1", MAILED),
                order=replace(voucher().order, recipient_email=NOBODY),
            ),
            "nobody knows any more whom it was for",
        ),
    ],
    ids=["paid", "failed", "given up", "forgotten"],
)
def test_what_cannot_be_mailed_is_not(counter: Counter, there: Voucher, told: str) -> None:
    counter.ask()
    counter.put(there)

    with pytest.raises(NotMailableError, match=told):
        counter.ask("k2")
    counter.deliver()

    assert counter.requests.keys == {("v1", "k1")}
    assert counter.outbox.sent == []


@pytest.mark.parametrize(("user_id", "voucher_id"), [("user-3", "v1"), ("user-2", "v2")])
def test_the_voucher_of_another_customer_is_as_unknown_as_none(
    counter: Counter, user_id: str, voucher_id: str
) -> None:
    with pytest.raises(UnknownVoucherError):
        counter.ask(user_id=user_id, voucher_id=voucher_id)

    assert (counter.requests.keys, counter.events.published) == (set(), [])


def test_a_request_without_a_key_is_told_to_have_one(counter: Counter) -> None:
    with pytest.raises(ProblemError, match="a new random value for each mail") as problem:
        counter.ask(None)

    assert problem.value.status == 400


def test_a_mail_that_is_refused_is_sent_once_by_a_later_try(counter: Counter) -> None:
    def refuse() -> None:
        raise ConnectionError("the provider is down")

    counter.ask()
    counter.outbox.before = refuse
    with pytest.raises(ConnectionError):
        counter.deliver()
    counter.outbox.before = lambda: None

    counter.deliver()

    assert len(counter.outbox.sent) == 1


@pytest.mark.parametrize("status", [ISSUED, MAILED])
def test_a_recipient_who_is_refused_for_good_is_not_passed_over_in_silence(
    counter: Counter, status: Any
) -> None:
    def refuse() -> None:
        raise UndeliverableError

    counter.put(voucher("v1", status))
    counter.ask()
    counter.outbox.before = refuse

    if status is MAILED:
        with pytest.raises(UndeliverableError):
            counter.deliver()
    else:
        counter.deliver()
        assert counter.vouchers.standing("user-2", "v1").given_up
