"""What can never be delivered is FAILED, and no money is kept for it: once, whoever dies when."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from vouchers.domain.purchase import (
    PaymentUnknownError,
)
from vouchers.domain.settling import UNDELIVERED
from vouchers.domain.voucher import Voucher, VoucherCode
from vouchers.domain.vouchers import (
    UNMAILABLE,
    UndeliverableError,
    UnknownVoucherError,
    issue,
    mail,
)
from vouchers.handlers.get_voucher import get_voucher
from vouchers.handlers.publish_changes import publish_changes

from blockwork.runtime.http import http_handler
from tests.unit.blockwork.runtime.fakes import PublishedEvents
from tests.unit.lambda_src.events import CONTEXT, CUSTOMER, body_of, event
from tests.unit.lambda_src.vouchers.fakes import (
    DiedError,
    InMemoryDocuments,
    InMemoryVouchers,
    Outbox,
    die,
    time_out,
)
from tests.unit.lambda_src.vouchers.samples import CODE, FAILED, ISSUED, MAILED, PAID, voucher
from tests.unit.lambda_src.vouchers.shop import Shop
from tests.unit.lambda_src.vouchers.test_issuing import change


@pytest.fixture
def shop() -> Shop:
    return Shop()


class Delivery:
    """Who prints and mails what a shop has sold."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.documents = InMemoryDocuments()
        self.outbox = Outbox()
        self.print: Callable[[Voucher, VoucherCode], bytes] = lambda voucher, code: b"pdf"

    def issue(self, voucher: Voucher) -> None:
        issue(
            voucher.user_id,
            voucher.voucher_id,
            now=self.shop.clock,
            vouchers=self.shop.purchases.vouchers,
            documents=self.documents,
            printer=lambda voucher, code: self.print(voucher, code),
        )

    def mail(self, voucher: Voucher) -> None:
        mail(
            voucher.user_id,
            voucher.voucher_id,
            now=self.shop.clock,
            vouchers=self.shop.purchases.vouchers,
            documents=self.documents,
            mailer=self.outbox,
        )

    def now(self, voucher: Voucher) -> Voucher:
        return self.shop.purchases.vouchers.get(voucher.user_id, voucher.voucher_id)


@pytest.fixture
def delivery(shop: Shop) -> Delivery:
    return Delivery(shop)


def refuse() -> None:
    raise UndeliverableError


def test_a_recipient_whom_no_mail_reaches_costs_nothing(shop: Shop, delivery: Delivery) -> None:
    bought = shop.buy()
    delivery.issue(bought)
    delivery.outbox.before = refuse

    delivery.mail(bought)
    shop.clock.forward(minutes=1)
    shop.settle()

    assert (delivery.now(bought).status, shop.reasons()) == (FAILED, [UNMAILABLE])
    assert (shop.provider.taken, shop.provider.returned) == ({}, [bought.voucher_id])
    assert shop.purchases.vouchers.codes == {}


def test_a_pdf_that_cannot_be_made_is_tried_for_days_and_then_costs_nothing(
    shop: Shop, delivery: Delivery
) -> None:
    def fail(voucher: Voucher, code: VoucherCode) -> bytes:
        raise UnicodeEncodeError("cp1252", "x", 0, 1, "no such letter")

    bought = shop.buy()
    delivery.print = fail
    waited = 0.0
    while len(shop.settlements.messages) and delivery.now(bought).status is PAID:
        with pytest.raises(UnicodeEncodeError):
            delivery.issue(bought)
        _, _, after = shop.settlements.messages.pop()
        # SQS delays no message longer.
        seconds = min(after.total_seconds() if after else 60, 900)
        shop.clock.forward(seconds=seconds)
        waited += seconds
        shop.settle()

    assert (delivery.now(bought).status, shop.reasons()) == (FAILED, [UNDELIVERED])
    assert 0 <= waited - 3 * 24 * 60 * 60 < 900
    assert shop.provider.returned == [bought.voucher_id]


@pytest.mark.parametrize("moment", ["after_void", "before_fail"])
@pytest.mark.parametrize("status", [PAID, ISSUED])
def test_who_dies_while_giving_up_a_voucher_is_followed_and_money_goes_back_once(
    shop: Shop, delivery: Delivery, moment: str, status: object
) -> None:
    bought = shop.buy()
    if status is ISSUED:
        delivery.issue(bought)
    shop.clock.forward(days=4)
    dying = shop.provider if moment == "after_void" else shop.purchases.vouchers
    setattr(dying, moment, die)
    with pytest.raises(DiedError):
        shop.settle()
    assert delivery.now(bought).status is status
    setattr(dying, moment, lambda: None)

    # What people bring back meanwhile delivers nothing for which no money is kept.
    delivery.issue(bought)
    delivery.documents.put(bought.user_id, bought.voucher_id, b"pdf")
    delivery.mail(bought)
    for _ in range(3):
        shop.settle()
    delivery.mail(bought)

    assert (delivery.now(bought).status, shop.reasons()) == (FAILED, [UNDELIVERED])
    assert (delivery.outbox.sent, shop.provider.returned) == ([], [bought.voucher_id])


def test_a_voucher_that_was_mailed_is_never_given_up(shop: Shop, delivery: Delivery) -> None:
    bought = shop.buy()
    delivery.issue(bought)
    delivery.mail(bought)

    shop.clock.forward(days=4)
    shop.settle()

    assert delivery.now(bought).status is MAILED
    assert (shop.provider.returned, len(shop.settlements.messages)) == ([], 1)


def test_no_end_is_written_while_the_provider_does_not_say_that_money_went_back(
    shop: Shop, delivery: Delivery
) -> None:
    bought = shop.buy()
    shop.clock.forward(days=4)
    shop.provider.after_void = time_out

    for _ in range(2):
        with pytest.raises(PaymentUnknownError):
            shop.settle()

    assert (delivery.now(bought).status, shop.reasons()) == (PAID, [])


def test_a_repeated_request_gets_its_first_answer_whatever_became_of_the_voucher(
    shop: Shop, delivery: Delivery
) -> None:
    bought = shop.buy()
    shop.clock.forward(days=4)
    shop.settle()

    assert delivery.now(bought).status is FAILED
    assert shop.buy() == bought


def test_a_voucher_without_a_purchase_is_nobodys(shop: Shop) -> None:
    shop.buy()
    shop.purchases.vouchers.kept.clear()

    with pytest.raises(UnknownVoucherError):
        shop.settle()


def test_a_failed_voucher_shows_why_and_no_document() -> None:
    vouchers = InMemoryVouchers()
    vouchers.add(replace(voucher("v1", FAILED), reason=UNDELIVERED), CODE)
    vouchers.add(replace(voucher("v2", PAID), reason=UNDELIVERED), CODE)
    route = http_handler(
        get_voucher, vouchers=lambda: vouchers, documents=lambda: InMemoryDocuments()
    )

    def show(voucher_id: str) -> dict[str, str]:
        answer = route(event(path={"voucherId": voucher_id}, claims=CUSTOMER), CONTEXT)
        body: dict[str, str] = body_of(answer)
        return body

    shown = show("v1")
    assert (shown["status"], shown["reason"]) == ("FAILED", UNDELIVERED)
    assert "pdfUrl" not in shown
    assert "reason" not in show("v2")


def test_a_failure_is_told_with_its_reason_and_counted() -> None:
    events, counted = PublishedEvents(), list[str]()
    failed = replace(voucher("v1", FAILED), reason=UNDELIVERED)

    for old in (None, voucher("v1", ISSUED)):
        publish_changes(change(failed, old), events=events, count=counted.append)

    assert {envelope.name for envelope in events.published} == {"VoucherFailed"}
    assert {envelope.metadata.id for envelope in events.published} == {"v1-FAILED"}
    assert UNDELIVERED.encode() in events.published[0].to_detail()
    assert counted == ["VouchersFailed", "VouchersFailed"]
