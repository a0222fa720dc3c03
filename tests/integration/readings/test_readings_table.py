"""The table of readings: what is stored stays, whoever else writes, and is found again."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from readings.adapters.readings_table import AT_ONCE, ReadingsTable
from readings.domain.keeping import keep
from readings.domain.packing import Page, PageKey
from readings.domain.reading import Reading
from readings.domain.stored import ReadingPage, find

START = datetime(2026, 1, 1, tzinfo=UTC)
Items = Callable[[], list[dict[str, Any]]]


def reading(half_hour: int, thousandths: int, version: int = 1, meter_id: str = "m1") -> Reading:
    return Reading(
        meter_id=meter_id,
        read_at=START + timedelta(minutes=30 * half_hour),
        thousandths=thousandths,
        version=version,
    )


def found(table: ReadingsTable, version: int | None = None, **asked: Any) -> ReadingPage:
    span: dict[str, Any] = {
        "since": START,
        "until": START + timedelta(days=366),
        "limit": 20_000,
        **asked,
    }
    return find("m1", version=version, pages=table, **span)


def test_readings_come_back_as_they_went_in(table: ReadingsTable) -> None:
    rows = [reading(at, at % 7 * 1000) for at in (0, 1, 5, 1487, 1488, 5000)]

    assert keep(rows, store=table) == []

    assert found(table, 1).readings == tuple(rows)
    assert found(table).readings == tuple(rows)
    assert found(table, 2).readings == ()


def test_a_stored_reading_never_changes(table: ReadingsTable) -> None:
    keep([reading(0, 100), reading(2, 300)], store=table)
    other = [reading(0, 101), reading(0, 100), reading(1, 200), reading(2, 301)]

    assert keep(other, store=table) == [other[0], other[3]]
    assert [each.thousandths for each in found(table, 1).readings] == [100, 200, 300]


def test_the_newest_version_wins_in_whatever_order_they_come(table: ReadingsTable) -> None:
    keep([reading(0, 2, version=2), reading(1, 9, version=1)], store=table)
    keep([reading(0, 1, version=1), reading(1, 3, version=3)], store=table)

    assert [(each.thousandths, each.version) for each in found(table).readings] == [(2, 2), (3, 3)]
    assert [each.thousandths for each in found(table, 1).readings] == [1, 9]


def test_what_is_stored_already_is_not_written_again(table: ReadingsTable, items: Items) -> None:
    rows = [reading(at, 1) for at in range(100)]
    keep(rows, store=table)
    before = items()
    keep(rows, store=table)

    assert items() == before


def test_who_is_killed_between_the_two_writes_finishes_both_the_next_time(
    table: ReadingsTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(ReadingsTable, "_supersede", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            keep([reading(0, 5)], store=table)
    assert found(table).readings == ()

    keep([reading(0, 5)], store=table)

    assert found(table).readings == (reading(0, 5),)


def test_who_writes_the_same_page_meanwhile_loses_nothing(
    table: ReadingsTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep([reading(9, 1)], store=table)
    put, others = ReadingsTable._put, [[reading(0, 8), reading(1, 9)], [reading(3, 4, version=2)]]

    def after_others(self: ReadingsTable, key: PageKey, page: Page) -> bool:
        if others:
            keep(others.pop(), store=self)
        return put(self, key, page)

    monkeypatch.setattr(ReadingsTable, "_put", after_others)
    refused = keep([reading(0, 7), reading(2, 6)], store=table)

    assert refused == [reading(0, 7)]
    assert [each.thousandths for each in found(table).readings] == [8, 9, 6, 4, 1]


def test_a_year_of_the_newest_reads_at_most_20_items_and_comes_in_pages(
    table: ReadingsTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in (1, 2):
        keep([reading(at, version, version) for at in range(-100, 366 * 48)], store=table)
    read: list[int] = []
    pages = ReadingsTable.read

    def counted(*given: Any, **named: Any) -> Iterator[tuple[int, Page]]:
        for month, page in pages(*given, **named):
            read.append(month)
            yield month, page

    monkeypatch.setattr(ReadingsTable, "read", counted)
    since = START - timedelta(days=1)
    year: dict[str, Any] = {"since": since, "until": since + timedelta(days=365)}

    whole = found(table, **year)
    assert len(whole.readings) == 365 * 48
    assert {each.version for each in whole.readings} == {2}
    assert len(read) == 13

    parts: list[Reading] = []
    after = None
    while True:
        page = found(table, **{**year, "limit": 5000, "after": after})
        parts += page.readings
        if page.last is None:
            break
        after = page.last
    assert tuple(parts) == whole.readings


def test_the_span_begins_with_its_beginning_and_ends_before_its_end(table: ReadingsTable) -> None:
    rows = [reading(at, 1) for at in range(4)]
    keep(rows, store=table)

    span: dict[str, Any] = {"since": rows[1].read_at, "until": rows[3].read_at}
    assert found(table, **span).readings == tuple(rows[1:3])
    assert found(table, **{**span, "until": rows[1].read_at}).readings == ()
    assert found(table, **{**span, "limit": 2}).last is None


def test_a_meter_that_is_forgotten_has_no_item_left_and_no_other_loses_one(
    table: ReadingsTable, items: Items
) -> None:
    keep([reading(at * 1400, 1) for at in range(40)], store=table)
    keep([reading(0, 1, meter_id="m2")], store=table)

    table.forget("m1")

    assert {item["meterId"]["S"] for item in items()} == {"m2"}


def test_all_who_work_at_once_have_a_connection(table: ReadingsTable) -> None:
    config: Any = table._client.meta.config
    assert config.max_pool_connections == AT_ONCE
