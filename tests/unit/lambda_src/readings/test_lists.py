"""The lists: page by page, each entry once, and as CSV for who prefers it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from readings.domain.imports import (
    Counts,
    Filename,
    Import,
    ImportPage,
    ImportStatus,
)
from readings.domain.packing import Entries, PageKey, month_and_slot
from readings.domain.registry import MeterPage
from readings.handlers.list_imports import list_imports
from readings.handlers.list_meters import list_meters
from readings.handlers.list_readings import list_readings

from blockwork.runtime.http import Request, Response
from blockwork.runtime.problems import ProblemError
from tests.unit.blockwork.runtime.fakes import KnownKey
from tests.unit.lambda_src.events import CUSTOMER
from tests.unit.lambda_src.readings.fakes import InMemoryReadings

START = datetime(2026, 1, 31, 22, tzinfo=UTC)
"""Some half hours before the month is over."""
IMPORTS = [
    Import(
        user_id="user-2",
        import_id=f"i{number}",
        filename=Filename(f"{number}.csv"),
        status=ImportStatus.IMPORTED,
        status_since=START,
        created_at=START,
        correlation_id="c1",
        counts=Counts(accepted=1, rejected=number),
    )
    for number in range(5)
]
METERS = [f"m{number}" for number in range(5)]


def _page(ids: Sequence[str], limit: int, after: str | None) -> tuple[slice, str | None]:
    begin = ids.index(after) + 1 if after else 0
    end = begin + limit
    return slice(begin, end), ids[end - 1] if end < len(ids) else None


class KnownImports:
    """The ports `Imports` and `Rejects`."""

    def add(self, new: Import) -> None:
        raise AssertionError("a list adds nothing")

    def get(self, user_id: str, import_id: str) -> Import:
        raise AssertionError("a list gets pages")

    def page(self, user_id: str, *, limit: int, after: str | None) -> ImportPage:
        assert user_id == "user-2"
        some, last = _page([each.import_id for each in IMPORTS], limit, after)
        return ImportPage(IMPORTS[some], last)

    def url(self, user_id: str, import_id: str) -> str:
        return f"https://files.example/{user_id}/{import_id}"


class KnownMeters:
    """The port `Meters`."""

    def register(self, meter_id: str, *, user_id: str) -> None:
        raise AssertionError("a list registers nothing")

    def owner(self, meter_id: str) -> str | None:
        return "user-2"

    def page(self, user_id: str, *, limit: int, after: str | None) -> MeterPage:
        assert user_id == "user-2"
        some, last = _page(METERS, limit, after)
        return MeterPage(METERS[some], last)


@pytest.fixture
def stored() -> InMemoryReadings:
    """Return ten half hours over the end of a month, of which the last has a second version."""
    readings = InMemoryReadings()
    for number in range(10):
        month, slot = month_and_slot(START + number * timedelta(minutes=30))
        readings.merge({PageKey("m1", 1, month): Entries([(slot, 500 + number, 0)])})
    readings.merge({PageKey("m1", 2, month): Entries([(slot, 7, 0)])})
    return readings


def body_of(answer: Response[Any]) -> Any:
    """Return what was answered."""
    return answer.body


def all_pages(ask: Callable[[Request], Response[Any]], of: str) -> list[Any]:
    """Return the entries of all pages, two a page."""
    found: list[Any] = []
    query = {"limit": "2"}
    while True:
        body = body_of(ask(Request(query=query, path={"meterId": "m1"}, claims=CUSTOMER)))
        assert len(body[of]) <= 2
        found += body[of]
        if "nextToken" not in body:
            return found
        query["nextToken"] = body["nextToken"]


def test_imports_are_listed_with_what_has_become_of_them() -> None:
    known = KnownImports()

    def ask(request: Request) -> Response[Any]:
        return list_imports(request, imports=known, rejects=known, signer=KnownKey())

    shown = all_pages(ask, "imports")
    assert [each["importId"] for each in shown] == ["i0", "i1", "i2", "i3", "i4"]
    assert "rejectsUrl" not in shown[0]
    assert shown[1]["rejectsUrl"] == "https://files.example/user-2/i1"


def test_meters_are_listed() -> None:
    def ask(request: Request) -> Response[Any]:
        return list_meters(request, meters=KnownMeters(), signer=KnownKey())

    assert [each["meterId"] for each in all_pages(ask, "meters")] == METERS


def test_a_token_of_one_list_is_none_of_another() -> None:
    first = list_meters(
        Request(query={"limit": "2"}, claims=CUSTOMER), meters=KnownMeters(), signer=KnownKey()
    )
    known = KnownImports()
    query = {"limit": "2", "nextToken": body_of(first)["nextToken"]}

    with pytest.raises(ProblemError, match="nextToken"):
        list_imports(
            Request(query=query, claims=CUSTOMER), imports=known, rejects=known, signer=KnownKey()
        )


def readings_of(
    stored: InMemoryReadings, accept: str = "application/json", **query: str
) -> Response[Any]:
    request = Request(
        query=query, path={"meterId": "m1"}, headers={"accept": accept}, claims=CUSTOMER
    )
    return list_readings(request, meters=KnownMeters(), pages=stored, signer=KnownKey())


def test_readings_are_listed_by_time_each_in_its_newest_version(stored: InMemoryReadings) -> None:
    def ask(request: Request) -> Response[Any]:
        return list_readings(request, meters=KnownMeters(), pages=stored, signer=KnownKey())

    shown = all_pages(ask, "readings")
    assert shown[0] == {"readAt": "2026-01-31T22:00:00.000Z", "kwh": "0.500", "version": 1}
    assert shown[-1] == {"readAt": "2026-02-01T02:30:00.000Z", "kwh": "0.007", "version": 2}
    assert [each["readAt"] for each in shown] == sorted({each["readAt"] for each in shown})
    assert len(shown) == 10


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"version": "1"}, 10),
        ({"version": "2"}, 1),
        ({"version": "3"}, 0),
        ({"from": "2026-02-01T00:00:00Z"}, 6),
        ({"to": "2026-02-01T00:00:00Z"}, 4),
        ({"from": "2026-02-01T00:00:00Z", "to": "2026-02-01T00:30:00Z"}, 1),
        ({"from": "2026-02-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}, 0),
    ],
)
def test_a_span_and_a_version_may_be_asked_for(
    stored: InMemoryReadings, query: dict[str, str], count: int
) -> None:
    assert len(body_of(readings_of(stored, **query))["readings"]) == count


def test_csv_has_a_line_each_and_leads_to_its_next_page(stored: InMemoryReadings) -> None:
    lines: list[str] = []
    query = {"limit": "4"}
    while True:
        answer = readings_of(stored, "text/csv", **query)
        assert (answer.content_type, answer.headers["vary"]) == ("text/csv", "accept")
        header, *some = body_of(answer).splitlines()
        assert header == "readAt,kwh,version"
        lines += some
        if "link" not in answer.headers:
            break
        address, _, relation = answer.headers["link"].partition("; ")
        assert relation == 'rel="next"'
        query = dict(parse_qsl(address[2:-1]))
        assert query["limit"] == "4"

    assert lines[0] == "2026-01-31T22:00Z,0.500,1"
    assert lines[-1] == "2026-02-01T02:30Z,0.007,2"
    assert len(lines) == 10
