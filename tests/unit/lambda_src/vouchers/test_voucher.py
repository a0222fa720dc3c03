import json
from datetime import timedelta

import pytest
from vouchers.domain.voucher import (
    CODE_ALPHABET,
    Amount,
    VoucherStatus,
    new_code,
    new_voucher_id,
)

from tests.unit.lambda_src.vouchers.samples import CODE, NOW


@pytest.mark.parametrize("text", ["1.00", "25.00", "99.99", "100.10", "500.00"])
def test_an_amount_stays_exactly_as_it_was_given(text: str) -> None:
    assert str(Amount(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "0.99", "0.00", "500.01", "1000.00", "25", "25.0", "25.000", "-5.00", "+5.00"),
        *("05.00", "5,00", "1e2", " 5.00", "5.00\n", "٢٥.٣٣", "NaN", "£5.00", "9" * 5000),
    ],
)
def test_any_other_amount_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match=r'from "1\.00" to "500\.00" with 2 decimals') as error:
        Amount(text)

    assert len(str(error.value)) < 150


def test_a_code_is_five_groups_of_letters_that_nobody_mixes_up() -> None:
    groups = new_code().split("-")

    assert [len(group) for group in groups] == [4] * 5
    assert set("".join(groups)) <= set(CODE_ALPHABET)
    assert not set("BGILOQSUZ01258") & set(CODE_ALPHABET)


def test_codes_cannot_be_guessed_from_each_other() -> None:
    assert len({new_code() for _ in range(1000)}) == 1000


def test_a_code_that_is_logged_by_accident_does_not_show() -> None:
    assert CODE not in repr({"code": CODE})
    assert CODE not in f"{CODE!r}"
    assert json.loads(json.dumps(CODE)) == CODE


def test_ids_sort_by_the_time_they_were_made_at() -> None:
    ids = [new_voucher_id(NOW + timedelta(milliseconds=number)) for number in range(100)]

    assert ids == sorted(ids)
    assert {len(id_) for id_ in ids} == {32}


def test_ids_of_the_same_moment_differ() -> None:
    assert len({new_voucher_id(NOW) for _ in range(1000)}) == 1000


def test_a_status_follows_exactly_one_other_but_failure_any_that_is_no_end() -> None:
    assert [status.before for status in VoucherStatus] == [
        None,
        VoucherStatus.PAID,
        VoucherStatus.ISSUED,
        None,
    ]
