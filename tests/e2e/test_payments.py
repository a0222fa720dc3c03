"""Buying vouchers while the provider of payments misbehaves: none is lost, none is taken twice."""

import uuid
from collections.abc import Callable

import httpx

from tests.e2e.buying import all_vouchers, an_order, buy, buy_patiently, mails_to, payments_of
from tests.e2e.conftest import Tokens
from tests.waiting import eventually


def test_a_declined_card_is_told_so_each_time_and_buys_nothing(
    vouchers: httpx.Client, customer: Tokens, control: Callable[..., None]
) -> None:
    order, key = an_order(), uuid.uuid4().hex
    control(payments={"mode": "decline"})

    declined = buy(vouchers, customer, order, key)

    assert declined.status_code == 402
    assert buy(vouchers, customer, order, key).status_code == 402
    recipients = {voucher["recipientEmail"] for voucher in all_vouchers(vouchers, customer)}
    assert order["recipientEmail"] not in recipients


def test_money_taken_before_a_time_out_is_neither_lost_nor_taken_twice(
    vouchers: httpx.Client,
    customer: Tokens,
    outside: httpx.Client,
    control: Callable[..., None],
) -> None:
    order, key = an_order(), uuid.uuid4().hex
    control(payments={"mode": "timeout-after-taking", "seconds": 6})

    unknown = buy(vouchers, customer, order, key)

    assert unknown.status_code == 503
    assert "Idempotency-Key" in unknown.json()["detail"]
    control(payments={"mode": "ok"})
    bought = buy_patiently(vouchers, customer, order, key)
    assert bought.status_code == 201
    ids = {bought.json()["voucherId"]}
    assert payments_of(outside, ids) == dict.fromkeys(ids, 1)


def test_money_taken_for_a_customer_who_never_came_back_becomes_a_voucher(
    vouchers: httpx.Client,
    customer: Tokens,
    outside: httpx.Client,
    control: Callable[..., None],
) -> None:
    order = an_order()
    control(payments={"mode": "timeout-after-taking", "seconds": 6})
    assert buy(vouchers, customer, order).status_code == 503

    control(payments={"mode": "ok"})

    eventually(lambda: len(mails_to(outside, {order["recipientEmail"]})) == 1)
    (voucher,) = (
        voucher
        for voucher in all_vouchers(vouchers, customer)
        if voucher["recipientEmail"] == order["recipientEmail"]
    )
    assert payments_of(outside, {voucher["voucherId"]}) == {voucher["voucherId"]: 1}


def test_a_provider_that_answers_twice_is_paid_once(
    vouchers: httpx.Client, customer: Tokens, outside: httpx.Client, control: Callable[..., None]
) -> None:
    control(payments={"mode": "twice"})

    bought = buy_patiently(vouchers, customer, an_order(), uuid.uuid4().hex)

    ids = {bought.json()["voucherId"]}
    assert payments_of(outside, ids) == dict.fromkeys(ids, 1)
