from pathlib import Path

import pytest

from tools.providers.payments import InvalidPaymentError, OtherPaymentError, Payments


@pytest.fixture
def payments(tmp_path: Path) -> Payments:
    return Payments(tmp_path / "payments.jsonl")


def test_a_key_is_charged_once_however_often_it_comes(payments: Payments) -> None:
    first, is_new = payments.take("a", amount="25.00", currency="GBP")
    again, is_new_again = payments.take("a", amount="25.00", currency="GBP")

    assert (is_new, is_new_again) == (True, False)
    assert again == first == payments.find("a")
    assert payments.taken() == [first]


def test_payments_survive_the_process(payments: Payments, tmp_path: Path) -> None:
    payment, _ = payments.take("a", amount="25.00", currency="GBP")

    later = Payments(tmp_path / "payments.jsonl")

    assert later.find("a") == payment
    assert later.take("a", amount="25.00", currency="GBP") == (payment, False)


def test_a_declined_payment_stays_declined_and_was_not_taken(payments: Payments) -> None:
    declined, _ = payments.take("a", amount="25.00", currency="GBP", decline=True)

    assert declined.status == "DECLINED"
    assert payments.take("a", amount="25.00", currency="GBP") == (declined, False)
    assert payments.taken() == []


def test_a_key_is_not_good_for_another_payment(payments: Payments) -> None:
    payments.take("a", amount="25.00", currency="GBP")

    with pytest.raises(OtherPaymentError, match=r"used for 25.00 GBP, not 26.00 GBP"):
        payments.take("a", amount="26.00", currency="GBP")


@pytest.mark.parametrize(
    ("key", "amount", "currency"),
    [
        ("", "25.00", "GBP"),
        ("a", "25", "GBP"),
        ("a", "-1.00", "GBP"),
        ("a", 25.0, "GBP"),
        ("a", "25.00", "pounds"),
    ],
)
def test_what_is_no_payment_is_refused(
    payments: Payments, key: str, amount: object, currency: object
) -> None:
    with pytest.raises(InvalidPaymentError):
        payments.take(key, amount=amount, currency=currency)


def test_money_goes_back_once_and_the_book_says_when(payments: Payments, tmp_path: Path) -> None:
    payments.take("a", amount="25.00", currency="GBP")

    first, second = payments.void("a"), Payments(tmp_path / "payments.jsonl").void("a")

    assert first == second == payments.find("a")
    assert payments.take("a", amount="25.00", currency="GBP") == (first, False)
    assert payments.taken() == []
    assert [(entry.status, entry.returned) for entry in payments.book()] == [
        ("TAKEN", False),
        ("VOIDED", True),
    ]
    assert payments.book() == Payments(tmp_path / "payments.jsonl").book()


@pytest.mark.parametrize("declined", [True, False])
def test_nothing_is_taken_for_a_void_key_and_nothing_was_to_be_returned(
    payments: Payments, declined: bool
) -> None:
    if declined:
        payments.take("a", amount="25.00", currency="GBP", decline=True)

    payments.void("a")

    assert payments.take("a", amount="25.00", currency="GBP")[0].status == "VOIDED"
    assert [entry for entry in payments.book() if entry.returned] == []
    assert payments.taken() == []
