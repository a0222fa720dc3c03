"""A voucher is mailed again when its buyer asks: once for each time, and not too often."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from vouchers.domain.mailing_again import MAILS_AN_HOUR

from tests.e2e.buying import mails_to
from tests.e2e.conftest import Tokens, bearer, new_address
from tests.e2e.failure_chains import redrive_all, waiting
from tests.e2e.routes import mailed_voucher
from tests.waiting import eventually, settled

AT_ONCE = 4


@pytest.fixture
def path(vouchers: httpx.Client, customer: Tokens) -> str:
    """Return where mails of a new voucher are asked for; its first one is out."""
    return mailed_voucher(vouchers, customer)


@pytest.fixture
def ask(vouchers: httpx.Client, customer: Tokens, path: str) -> Callable[[str], httpx.Response]:
    def post(key: str) -> httpx.Response:
        answers: list[httpx.Response] = []

        def status() -> int:
            headers = {**bearer(customer.id_token), "Idempotency-Key": key}
            answers.append(vouchers.post(path, headers=headers))
            return answers[-1].status_code

        # A slow machine may give a function no time to answer: the key makes repeating safe.
        eventually(status, until=lambda code: code < 500)
        return answers[-1]

    return post


@pytest.fixture
def mails(
    vouchers: httpx.Client, customer: Tokens, outside: httpx.Client, path: str
) -> Callable[[], int]:
    """Return what counts the mails to the voucher's recipient."""
    voucher = vouchers.get(path.removesuffix("/mails"), headers=bearer(customer.id_token)).json()
    return lambda: len(mails_to(outside, {voucher["recipientEmail"]}))


def test_who_asks_gets_one_mail_more_however_often_the_request_is_sent(
    ask: Callable[[str], httpx.Response], mails: Callable[[], int], platform: dict[str, Any]
) -> None:
    key = uuid.uuid4().hex

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(ask, [key] * AT_ONCE))

    assert {answer.status_code for answer in answers} == {202}
    eventually(lambda: mails() + waiting(platform, "Local-Vouchers"), until=lambda n: n >= 2)
    if waiting(platform, "Local-Vouchers"):  # what met itself on a slow machine, three times
        redrive_all(platform, "vouchers")
    assert settled(mails) == 2


def test_a_voucher_is_mailed_so_often_an_hour_and_says_when_again(
    ask: Callable[[str], httpx.Response],
) -> None:
    keys = [uuid.uuid4().hex for _ in range(2 * MAILS_AN_HOUR + 1)]  # an hour may end meanwhile

    answers = {key: ask(key) for key in keys}

    accepted = [key for key, answer in answers.items() if answer.status_code == 202]
    refused = [answer for answer in answers.values() if answer.status_code == 429]
    assert MAILS_AN_HOUR <= len(accepted) <= 2 * MAILS_AN_HOUR
    assert len(accepted) + len(refused) == len(answers)
    assert 1 <= int(refused[0].headers["retry-after"]) <= 3600
    assert refused[0].headers["content-type"] == "application/problem+json"
    assert f"{MAILS_AN_HOUR} times an hour" in refused[0].json()["detail"]
    assert ask(accepted[-1]).status_code == 202  # a repeat is none


def test_a_mail_that_the_provider_does_not_take_comes_later(
    ask: Callable[[str], httpx.Response],
    mails: Callable[[], int],
    platform: dict[str, Any],
    control: Callable[..., None],
) -> None:
    control(mail={"mode": "down"})

    assert ask(uuid.uuid4().hex).status_code == 202
    assert settled(mails) == 1

    control(mail={"mode": "ok"})
    eventually(lambda: mails() + waiting(platform, "Local-Vouchers"), until=lambda n: n >= 2)
    if waiting(platform, "Local-Vouchers"):
        redrive_all(platform, "vouchers")
    assert settled(mails) == 2


def test_nobody_mails_the_voucher_of_somebody_else_or_one_that_is_not_there(
    vouchers: httpx.Client, administrator: Tokens, path: str, mails: Callable[[], int]
) -> None:
    headers = {**bearer(administrator.id_token), "Idempotency-Key": new_address().split("@")[0]}

    for asked in (path, f"/vouchers/{uuid.uuid4().hex}/mails"):
        answer = vouchers.post(asked, headers=headers)
        assert answer.status_code == 404, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    assert settled(mails) == 1
