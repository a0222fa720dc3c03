from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console

from blockwork.failures.messages import recognise
from blockwork.failures.report import age, details, overview, shortened
from tests.unit.blockwork.failures.samples import NOON, batch, invocation, message


def test_a_service_is_summed_up_by_count_oldest_and_latest() -> None:
    old, new = invocation(), invocation()
    old["timestamp"] = "2030-01-01T09:00:00Z"
    old["responsePayload"]["errorMessage"] = "older"
    waiting = {"vouchers": [recognise(message(new)), recognise(message(old))], "forecast": []}
    text = StringIO()

    Console(file=text, width=200).print(overview(waiting, NOON))

    head, forecast, vouchers = [row.split() for row in text.getvalue().splitlines()]
    assert head[:3] == ["Service", "Waiting", "Oldest"]
    assert forecast == ["forecast", "0"]
    assert vouchers[:4] == ["vouchers", "2", "3", "h"]
    assert "such sender Dev-Vouchers-MailVoucher VoucherPaid" in " ".join(vouchers)


def test_a_batch_says_that_its_records_are_fetched_from_the_stream() -> None:
    assert "fetches the records from the stream" in details("vouchers", recognise(message(batch())))


def test_a_message_that_cannot_be_run_says_so() -> None:
    assert "cannot run it again" in details("vouchers", recognise(message("text")))


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=61), "1 h"),
        (timedelta(days=13), "13 d"),
    ],
)
def test_an_age_is_said_in_its_largest_unit(passed: timedelta, said: str) -> None:
    assert age(NOON, NOON - passed) == said


def test_a_long_reason_is_one_line_of_bounded_length() -> None:
    assert shortened("a\n  b") == "a b"
    assert len(shortened("x" * 1000)) == 200
