"""From payment to mail: what the stream and the bucket set off."""

from typing import Any

import pytest
from vouchers.adapters.items import voucher_item
from vouchers.domain.voucher import Voucher, VoucherCode, VoucherStatus
from vouchers.domain.vouchers import UnknownVoucherError
from vouchers.handlers.issue_voucher import issue_voucher
from vouchers.handlers.mail_voucher import DocumentArrived, mail_voucher
from vouchers.handlers.publish_changes import publish_changes

from blockwork.runtime.consuming import consume_notice
from blockwork.runtime.envelope import InvalidEventError
from blockwork.runtime.records import TableChange
from tests.unit.blockwork.runtime.fakes import PublishedEvents, RememberedOnce
from tests.unit.lambda_src.events import CONTEXT
from tests.unit.lambda_src.vouchers.fakes import (
    Clock,
    DiedError,
    InMemoryDocuments,
    InMemoryVouchers,
    Outbox,
    die,
)
from tests.unit.lambda_src.vouchers.samples import CODE, ISSUED, LATER, MAILED, PAID, voucher

USER = "user-2"


def printed(voucher: Voucher, code: VoucherCode) -> bytes:
    return f"{voucher.voucher_id} {code}".encode()


def change(new: Voucher | None, old: Voucher | None = None, **more: Any) -> TableChange:
    kind: Any = "REMOVE" if new is None else "MODIFY" if old else "INSERT"
    return TableChange(
        id="change-1",
        kind=kind,
        old=voucher_item(old) if old else None,
        new=voucher_item(new) | more if new else None,
    )


class Office:
    """A bought voucher, and everybody who works on it."""

    def __init__(self) -> None:
        self.vouchers = InMemoryVouchers()
        self.vouchers.add(voucher("v1"), CODE)
        self.documents = InMemoryDocuments()
        self.outbox = Outbox()
        self.clock = Clock()
        self.clock.moment = LATER
        self.once = RememberedOnce()

    def issue(self, made: TableChange | None = None) -> None:
        issue_voucher(
            made or change(voucher("v1")),
            vouchers=self.vouchers,
            documents=self.documents,
            printer=printed,
            now=self.clock,
        )

    def mail(self, key: str = "user-2/v1.pdf") -> None:
        arrival = {
            "id": "e1",
            "source": "aws.s3",
            "detail-type": "Object Created",
            "detail": {"bucket": {"name": "documents"}, "object": {"key": key, "size": 7}},
        }
        consume_notice(
            DocumentArrived,
            mail_voucher,
            key=lambda arrived: arrived.key,
            once=lambda: self.once,
            vouchers=lambda: self.vouchers,
            documents=lambda: self.documents,
            mailer=lambda: self.outbox,
            now=lambda: self.clock,
        )(arrival, CONTEXT)

    @property
    def status(self) -> VoucherStatus:
        return self.vouchers.get(USER, "v1").status


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_paid_voucher_is_printed_with_its_code(office: Office) -> None:
    office.issue()

    assert office.documents.kept == {(USER, "v1"): f"v1 {CODE}".encode()}
    assert (office.status, office.vouchers.get(USER, "v1").status_since) == (ISSUED, LATER)


@pytest.mark.parametrize("status", [ISSUED, MAILED])
def test_a_change_that_comes_again_prints_nothing(office: Office, status: VoucherStatus) -> None:
    office.vouchers.kept[USER, "v1"] = voucher("v1", status)

    office.issue()

    assert (office.documents.kept, office.status) == ({}, status)


def test_printing_that_died_before_the_status_was_changed_is_repeated(office: Office) -> None:
    office.documents.after_put = die
    with pytest.raises(DiedError):
        office.issue()
    office.documents.after_put = lambda: None

    office.issue()

    assert (office.documents.puts, len(office.documents.kept), office.status) == (2, 1, ISSUED)


def test_a_voucher_that_is_gone_is_reported(office: Office) -> None:
    with pytest.raises(UnknownVoucherError):
        office.issue(change(voucher("v2")))


@pytest.mark.parametrize(
    "broken",
    [
        {"status": {"S": "LOST"}},
        {"amount": {"S": "1"}},
        {"recipientEmail": {"S": "x"}},
        {"createdAt": {"S": "yesterday"}},
        {"correlationId": {"N": "1"}},
    ],
    ids=lambda broken: next(iter(broken)),
)
def test_a_voucher_that_cannot_be_read_is_refused_for_good(
    office: Office, broken: dict[str, Any]
) -> None:
    poison = change(voucher("v1"), **broken)

    with pytest.raises(InvalidEventError, match="the item of a voucher does not fit"):
        office.issue(poison)
    with pytest.raises(InvalidEventError):
        publish_changes(poison, events=PublishedEvents(), count=list[str]().append)


@pytest.mark.parametrize("item", ["payment#v1", "key#k1", "code#v1"])
def test_other_items_and_removals_are_nobodys_business(office: Office, item: str) -> None:
    events = PublishedEvents()
    for made in (change(voucher("v1"), itemId={"S": item}), change(None, voucher("v1"))):
        office.issue(made)
        publish_changes(made, events=events, count=list[str]().append)

    assert (office.documents.kept, events.published) == ({}, [])


def test_the_arrival_of_a_document_mails_it(office: Office) -> None:
    office.issue()

    office.mail()

    assert office.outbox.sent == [("v1", f"v1 {CODE}".encode())]
    assert (office.status, office.vouchers.get(USER, "v1").status_since) == (MAILED, LATER)


def test_an_arrival_that_is_told_again_mails_nothing(office: Office) -> None:
    office.issue()
    for _ in range(3):
        office.mail()
    office.once.done.clear()  # as after 40 days
    office.mail()

    assert len(office.outbox.sent) == 1


def test_an_arrival_that_is_told_before_the_status_was_changed_is_mailed(office: Office) -> None:
    office.documents.after_put = office.mail

    office.issue()

    assert (len(office.outbox.sent), office.status) == (1, MAILED)


def test_a_mail_that_is_refused_is_sent_once_by_a_later_try(office: Office) -> None:
    def refuse() -> None:
        raise ConnectionError("the sender is not verified")

    office.issue()
    office.outbox.before = refuse
    for _ in range(3):
        with pytest.raises(ConnectionError):
            office.mail()
    assert (office.outbox.sent, office.status) == ([], ISSUED)
    office.outbox.before = lambda: None

    office.mail()
    office.mail()

    assert (len(office.outbox.sent), office.status) == (1, MAILED)


@pytest.mark.parametrize(
    "key", ["", "x.pdf", "user-2/", "user-2/v1.txt", "user-2/.pdf", "a/b/c.pdf"]
)
def test_the_arrival_of_anything_else_is_refused_for_good(office: Office, key: str) -> None:
    with pytest.raises(InvalidEventError, match=r"key must be <userId>/<voucherId>\.pdf"):
        office.mail(key)


def test_a_document_without_a_voucher_is_reported(office: Office) -> None:
    with pytest.raises(UnknownVoucherError):
        office.mail("user-2/v2.pdf")


def published(new: Voucher, old: Voucher | None = None) -> list[dict[str, Any]]:
    events = PublishedEvents()
    publish_changes(change(new, old), events=events, count=list[str]().append)
    return [
        {
            "name": envelope.name,
            "id": envelope.metadata.id,
            "correlationId": envelope.metadata.correlation_id,
            "time": envelope.metadata.time,
            "detail": envelope.to_detail(),
        }
        for envelope in events.published
    ]


def test_a_new_voucher_is_told_with_all_but_its_code() -> None:
    (event,) = published(voucher("v1"))

    assert event["name"] == "VoucherPaid"
    assert (event["id"], event["correlationId"]) == ("v1-PAID", "correlation-1")
    assert event["time"] == voucher("v1").status_since
    assert (
        b'"amount":"25.00","currency":"GBP","recipientEmail":"friend@example.com"'
        in (event["detail"])
    )
    assert CODE.encode() not in event["detail"]


@pytest.mark.parametrize(
    ("old", "new", "name"), [(PAID, ISSUED, "VoucherIssued"), (ISSUED, MAILED, "VoucherMailed")]
)
def test_each_new_status_is_told_under_the_same_id_every_time(
    old: VoucherStatus, new: VoucherStatus, name: str
) -> None:
    first, second = (published(voucher("v1", new), voucher("v1", old)) for _ in range(2))

    assert first == second
    assert [(event["name"], event["id"]) for event in first] == [(name, f"v1-{new}")]


def test_a_change_that_leaves_the_status_is_not_told() -> None:
    assert published(voucher("v1", ISSUED), voucher("v1", ISSUED)) == []
