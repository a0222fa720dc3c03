from datetime import UTC, datetime, timedelta, timezone

import pytest

from blockwork.runtime.http import Request
from blockwork.runtime.problems import ProblemError
from blockwork.runtime.queries import query_moment, query_number


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("2026-03-01T12:00Z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01T12:00:00.5Z", datetime(2026, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC)),
        (
            "2026-03-01T12:00:00+01:00",
            datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=1))),
        ),
    ],
)
def test_a_moment_is_read(given: str, moment: datetime) -> None:
    assert query_moment(Request(query={"from": given}), "from") == moment


@pytest.mark.parametrize(
    "given",
    ["", "2026-03-01", "2026-03-01T12:00", "2026-03-01T25:00Z", "2026-03-01T12:00 01:00", "now"],
)
def test_what_is_no_moment_is_refused(given: str) -> None:
    with pytest.raises(ProblemError, match="from must be a moment such as") as refused:
        query_moment(Request(query={"from": given}), "from")
    assert refused.value.status == 400


@pytest.mark.parametrize("given", ["1", "7", "24"])
def test_a_number_is_read(given: str) -> None:
    request = Request(query={"version": given})

    assert query_number(request, "version", least=1, largest=24) == int(given)


@pytest.mark.parametrize("given", ["0", "25", "07", "-1", "1.0", "٣", "", "9" * 40])
def test_what_is_no_such_number_is_refused(given: str) -> None:
    with pytest.raises(ProblemError, match="version must be from 1 to 24") as refused:
        query_number(Request(query={"version": given}), "version", least=1, largest=24)
    assert refused.value.status == 400


def test_what_is_not_there_is_not_asked_for() -> None:
    assert query_moment(Request(), "from") is None
    assert query_number(Request(), "version", least=1, largest=24) is None
