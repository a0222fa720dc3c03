"""The routes that show a customer's own vouchers."""

from datetime import timedelta
from typing import Any

import pytest
from vouchers.domain.voucher import VoucherStatus, new_voucher_id
from vouchers.domain.vouchers import UnknownVoucherError
from vouchers.handlers.get_voucher import get_voucher
from vouchers.handlers.list_vouchers import list_vouchers

from blockwork.runtime.http import Request, Response
from blockwork.runtime.problems import ProblemError
from tests.unit.blockwork.runtime.fakes import KnownKey
from tests.unit.lambda_src.events import CUSTOMER
from tests.unit.lambda_src.vouchers.fakes import InMemoryDocuments, InMemoryVouchers
from tests.unit.lambda_src.vouchers.samples import CODE, ISSUED, MAILED, NOW, PAID, voucher

VIEW = {
    "voucherId": "v1",
    "amount": "25.00",
    "currency": "GBP",
    "recipientEmail": "friend@example.com",
    "createdAt": "2026-03-01T09:30:00.123Z",
}
URL = "https://documents.example/user-2/v1.pdf?signed"


@pytest.fixture
def vouchers() -> InMemoryVouchers:
    return InMemoryVouchers()


def get(
    vouchers: InMemoryVouchers, voucher_id: str = "v1", claims: dict[str, Any] = CUSTOMER
) -> Response:
    request = Request(path={"voucherId": voucher_id}, claims=claims)
    return get_voucher(request, vouchers=vouchers, documents=InMemoryDocuments())


def listed(
    vouchers: InMemoryVouchers, claims: dict[str, Any] = CUSTOMER, **query: str
) -> dict[str, Any]:
    request = Request(query=query, claims=claims)
    response = list_vouchers(
        request, vouchers=vouchers, documents=InMemoryDocuments(), signer=KnownKey()
    )
    assert response.status == 200
    assert isinstance(response.body, dict)
    return {**response.body}


@pytest.mark.parametrize(
    ("status", "more"), [(PAID, {}), (ISSUED, {"pdfUrl": URL}), (MAILED, {"pdfUrl": URL})]
)
def test_a_voucher_is_shown_with_its_document_once_there_is_one(
    vouchers: InMemoryVouchers, status: VoucherStatus, more: dict[str, str]
) -> None:
    vouchers.add(voucher("v1", status), CODE)

    shown = {**VIEW, "status": str(status), **more}
    assert get(vouchers) == Response.ok(shown)
    assert listed(vouchers) == {"vouchers": [shown]}


@pytest.mark.parametrize("voucher_id", ["v1", "v2"])
def test_the_voucher_of_another_customer_is_as_unknown_as_none(
    vouchers: InMemoryVouchers, voucher_id: str
) -> None:
    vouchers.add(voucher("v1", user_id="user-3"), CODE)

    with pytest.raises(UnknownVoucherError, match=f"there is no voucher {voucher_id}"):
        get(vouchers, voucher_id)
    assert listed(vouchers) == {"vouchers": []}


def test_following_the_tokens_lists_every_voucher_once_newest_first(
    vouchers: InMemoryVouchers,
) -> None:
    ids = [new_voucher_id(NOW + timedelta(minutes=number)) for number in range(7)]
    for id_ in ids:
        vouchers.add(voucher(id_), CODE)
    pages = [listed(vouchers, limit="3")]
    while token := pages[-1].get("nextToken"):
        pages.append(listed(vouchers, limit="3", nextToken=token))

    assert [shown["voucherId"] for page in pages for shown in page["vouchers"]] == ids[::-1]
    assert [len(page["vouchers"]) for page in pages] == [3, 3, 1]


def test_nobody_reads_without_signing_in(vouchers: InMemoryVouchers) -> None:
    vouchers.add(voucher(), CODE)

    for read in (get, listed):
        with pytest.raises(ProblemError) as problem:
            read(vouchers, claims={})
        assert problem.value.status == 401


@pytest.mark.parametrize("voucher_id", ["a/b", "v1#", "", "x" * 65])
def test_an_id_that_cannot_be_one_answers_400(vouchers: InMemoryVouchers, voucher_id: str) -> None:
    with pytest.raises(ProblemError, match="voucherId must be") as problem:
        get(vouchers, voucher_id)

    assert problem.value.status == 400
