import pytest

from blockwork.events.pattern import PatternError, line, make_pattern
from blockwork.events.tap import is_over


def test_a_type_is_a_pattern_and_nothing_is_none() -> None:
    assert make_pattern(None, "VoucherPaid") == {"detail-type": ["VoucherPaid"]}
    assert make_pattern('{"source": ["a"]}', None) == {"source": ["a"]}
    assert make_pattern(None, None) is None


@pytest.mark.parametrize(
    ("pattern", "type_"), [("{", None), ("[]", None), ("{}", None), ('{"a": ["b"]}', "A")]
)
def test_what_is_no_pattern_is_refused(pattern: str, type_: str | None) -> None:
    with pytest.raises(PatternError, match="--pattern"):
        make_pattern(pattern, type_)


def test_an_event_is_a_line_that_says_when_what_who_and_why() -> None:
    event = {
        "time": "2030-01-01T00:00:00Z",
        "detail-type": "VoucherPaid",
        "source": "blockwork.vouchers",
        "detail": {
            "metadata": {"time": "2030-01-01T00:00:00.5Z", "correlationId": "c1"},
            "data": {"voucherId": "v1"},
        },
        "replay-name": "r1",
    }

    assert line(event) == (
        "2030-01-01T00:00:00.5Z  VoucherPaid  blockwork.vouchers  c1  "
        '{"voucherId": "v1"}  (replay r1)'
    )


def test_an_event_of_somebody_else_is_a_line_too() -> None:
    event = {"time": "t", "detail-type": "Object Created", "source": "aws.s3", "detail": {"a": 1}}

    assert line(event) == 't  Object Created  aws.s3  -  {"a": 1}'


@pytest.mark.parametrize(
    ("name", "over"),
    [
        ("blockwork-tap-100-ab", True),
        ("blockwork-tap-101-ab", False),
        ("blockwork-tap-x-ab", False),
        ("Dev-Vouchers-OnVoucherPaid", False),
    ],
)
def test_only_what_is_surely_left_over_is_removed(name: str, over: bool) -> None:
    assert is_over(name, 101.0) is over
