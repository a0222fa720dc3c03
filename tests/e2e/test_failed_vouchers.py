"""What can never be delivered ends as FAILED, and no money is kept for it."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.e2e.buying import Order, all_vouchers, an_order, buy, mails_to
from tests.e2e.conftest import NewAccount, Tokens, aws, run_tool, sign_in_by_srp
from tests.e2e.failure_chains import configured
from tests.e2e.test_alarms import told
from tests.waiting import eventually, settled

VOUCHERS = 4
VOUCHERS_STACK = "Local-Vouchers"
IN_TIME = {"PAYMENT_SECONDS": "10", "DELIVERY_SECONDS": "20"}
BROKEN = {"MAIL_SENDER": "nobody@blockwork.example"}


@pytest.fixture
def hurry(platform: dict[str, Any]) -> Iterator[None]:
    """Let everything be given up within seconds, and tried again within a minute."""
    queues = aws(platform, "sqs")
    (url,) = queues.list_queues(QueueNamePrefix="Local-Vouchers-Unsettled")["QueueUrls"]
    names = ["VisibilityTimeout"]
    before = queues.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    queues.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "31"})
    with configured(platform, VOUCHERS_STACK, "SettlePayment", **IN_TIME):
        yield
    queues.set_queue_attributes(QueueUrl=url, Attributes=before)


@pytest.fixture
def buyer(config: dict[str, Any], new_account: NewAccount) -> Tokens:
    """Return somebody who has bought nothing yet."""
    account = new_account("customers")
    return sign_in_by_srp(config, account.email, account.password)


def buy_some(
    vouchers: httpx.Client, buyer: Tokens, orders: dict[str, Order]
) -> dict[int, list[httpx.Response]]:
    """Buy some at once, each once; return the answers by their status."""
    answers: dict[int, list[httpx.Response]] = {}
    with ThreadPoolExecutor(VOUCHERS) as pool:
        for answer in pool.map(lambda key: buy(vouchers, buyer, orders[key], key), orders):
            answers.setdefault(answer.status_code, []).append(answer)
    return answers


def some_orders() -> dict[str, Order]:
    return {uuid.uuid4().hex: an_order() for _ in range(VOUCHERS)}


def statuses(vouchers: httpx.Client, buyer: Tokens) -> Counter[str]:
    return Counter(voucher["status"] for voucher in all_vouchers(vouchers, buyer))


def money(outside: httpx.Client, ids: set[str]) -> Counter[tuple[str, str]]:
    """Return how often money was taken and returned, by the voucher's id."""
    book = outside.get("/book").json()
    kinds = {"TAKEN", "RETURNED"}
    return Counter(
        (entry["key"], entry["kind"])
        for entry in book
        if entry["key"] in ids and entry["kind"] in kinds
    )


def taken_and_returned(ids: set[str]) -> Counter[tuple[str, str]]:
    return Counter((id_, kind) for id_ in ids for kind in ("TAKEN", "RETURNED"))


@pytest.mark.usefixtures("hurry")
def test_payments_of_which_the_provider_gives_no_clear_account_fail_and_money_goes_back(
    vouchers: httpx.Client,
    outside: httpx.Client,
    buyer: Tokens,
    control: Callable[..., None],
) -> None:
    alarm = "Local-Vouchers-VouchersFailed"
    before = len(told(outside, alarm))
    control(payments={"mode": "nonsense"})

    orders = some_orders()
    assert buy_some(vouchers, buyer, orders).keys() == {503}

    eventually(
        lambda: statuses(vouchers, buyer), until=lambda seen: seen == Counter(FAILED=VOUCHERS)
    )
    failed = all_vouchers(vouchers, buyer)
    assert {"pdfUrl" in voucher for voucher in failed} == {False}
    assert all("could not be completed" in voucher["reason"] for voucher in failed)
    ids = {voucher["voucherId"] for voucher in failed}
    assert settled(lambda: money(outside, ids)) == taken_and_returned(ids)
    control(payments={"mode": "ok"})
    assert buy_some(vouchers, buyer, orders).keys() == {402}
    eventually(lambda: "ALARM" in {one["NewStateValue"] for one in told(outside, alarm)[before:]})


@pytest.mark.usefixtures("hurry")
def test_vouchers_whose_mail_never_goes_out_fail_and_money_goes_back_once(
    platform: dict[str, Any],
    vouchers: httpx.Client,
    outside: httpx.Client,
    buyer: Tokens,
    control: Callable[..., None],
) -> None:
    with configured(platform, VOUCHERS_STACK, "MailVoucher", **BROKEN):
        # Money goes back, but nobody is told so: it is asked for again.
        control(payments={"mode": "timeout-after-returning", "seconds": 6})
        bought = buy_some(vouchers, buyer, some_orders())
        assert bought.keys() == {201}
        ids = {answer.json()["voucherId"] for answer in bought[201]}
        eventually(lambda: money(outside, ids), until=lambda seen: seen == taken_and_returned(ids))
        assert statuses(vouchers, buyer)["FAILED"] == 0
        control(payments={"mode": "ok"})
        eventually(
            lambda: statuses(vouchers, buyer), until=lambda seen: seen == Counter(FAILED=VOUCHERS)
        )
    assert settled(lambda: money(outside, ids)) == taken_and_returned(ids)

    # What people mend and bring back then delivers nothing that is not paid for.
    redriven = run_tool(platform, "failures", "redrive", "vouchers")
    assert redriven.returncode == 0, redriven.stdout + redriven.stderr
    kept = buy(vouchers, buyer, an_order())
    eventually(
        lambda: statuses(vouchers, buyer),
        until=lambda seen: seen == Counter(FAILED=VOUCHERS, MAILED=1),
    )
    recipients = {voucher["recipientEmail"] for voucher in all_vouchers(vouchers, buyer)}
    mails = settled(lambda: mails_to(outside, recipients))
    assert [mail["to"] for mail in mails] == [[kept.json()["recipientEmail"]]]
    everything = ids | {kept.json()["voucherId"]}
    in_the_till = {payment["key"] for payment in outside.get("/payments").json()} & everything
    assert in_the_till == {kept.json()["voucherId"]}
