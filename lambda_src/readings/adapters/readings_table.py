"""The readings in their table: one item a page, `meterId` its partition, `page` its place there.

`page` is a version or `NEWEST` and a month: `07#2026-03`, so that a version's months lie beside
each other. What is newest is stored after what it comes from, and made again from that whenever
rows come again, so that whoever finds a chunk unfinished finishes both.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

from botocore.config import Config

from blockwork.runtime.aws import PATIENCE
from blockwork.runtime.expressions import projection
from blockwork.runtime.tables import TableAdapter
from readings.domain.packing import NEWEST, Entries, Entry, Page, PageKey, pack, unpack

AT_ONCE = 16
# A connection for each: of ten, which botocore keeps, six are closed and opened anew all the time.
SIDE_BY_SIDE = PATIENCE.merge(Config(max_pool_connections=AT_ONCE))
MOST_TRIES = 50
ATTRIBUTES = ("meterId", "page", "packed", "revision")


class BusyPageError(Exception):
    """So many others have written the same page that this one could not."""


class ReadingsTable(TableAdapter):
    """The ports `Store` and `Pages` on DynamoDB."""

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable READINGS_TABLE names."""
        return cls.named(os.environ["READINGS_TABLE"], patience=SIDE_BY_SIDE)

    def merge(self, pages: Mapping[PageKey, Entries]) -> Iterable[Entry]:
        """Work on several meters' months at once."""
        months: defaultdict[tuple[str, int], dict[int, Entries]] = defaultdict(dict)
        for key, entries in pages.items():
            months[key.meter_id, key.month][key.version] = entries
        with ThreadPoolExecutor(AT_ONCE) as workers:
            found = workers.map(self._merge_month, months, months.values())
            return [entry for refused in found for entry in refused]

    def read(
        self, meter_id: str, version: int, *, first: int, last: int
    ) -> Iterator[tuple[int, Page]]:
        """Query a version's months."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression="meterId = :meter AND page BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":meter": {"S": meter_id},
                ":first": {"S": _page(version, first)},
                ":last": {"S": _page(version, last)},
            },
            **projection(ATTRIBUTES),
        )
        for page in pages:
            for item in page["Items"]:
                month = _month(item["page"]["S"])
                yield month, _page_of(item, month)

    def forget(self, meter_id: str) -> None:
        """Delete the items of a meter."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression="meterId = :meter",
            ExpressionAttributeValues={":meter": {"S": meter_id}},
            ConsistentRead=True,
            **projection(("meterId", "page")),
        )
        keys = [item for page in pages for item in page["Items"]]
        for key in keys:
            self._client.delete_item(TableName=self._name, Key=key)

    def _merge_month(self, place: tuple[str, int], versions: Mapping[int, Entries]) -> list[Entry]:
        meter_id, month = place
        refused: list[Entry] = []
        stored: dict[int, Entries] = {}
        for version, entries in versions.items():
            others = self._merge_page(PageKey(meter_id, version, month), entries)
            refused += others
            if others:
                gone = set(others)
                entries = Entries(entry for entry in entries if entry not in gone)
            stored[version] = entries
        self._supersede(PageKey(meter_id, NEWEST, month), stored)
        return refused

    def _merge_page(self, key: PageKey, entries: Entries) -> list[Entry]:
        for _ in range(MOST_TRIES):
            page = self._get(key)
            taken, refused = page.merge(entries)
            if not taken or self._put(key, page):
                return refused
        raise BusyPageError(key)

    def _supersede(self, key: PageKey, stored: Mapping[int, Entries]) -> None:
        for _ in range(MOST_TRIES):
            page = self._get(key)
            taken = [page.supersede(version, entries) for version, entries in stored.items()]
            if not any(taken) or self._put(key, page):
                return
        raise BusyPageError(key)

    def _get(self, key: PageKey) -> Page:
        answer = self._client.get_item(
            TableName=self._name,
            Key=_key(key),
            ConsistentRead=True,
            **projection(ATTRIBUTES),
        )
        if "Item" not in answer:
            return Page.empty(key.month, newest=key.version == NEWEST)
        return _page_of(answer["Item"], key.month)

    def _put(self, key: PageKey, page: Page) -> bool:
        """Write a page, unless somebody else has written it since it was read."""
        values: dict[str, Any] = {
            ":packed": {"B": pack(page)},
            ":next": {"N": str(page.revision + 1)},
        }
        condition = "attribute_not_exists(revision)"
        if page.revision:
            condition = "revision = :revision"
            values[":revision"] = {"N": str(page.revision)}
        try:
            self._client.update_item(
                TableName=self._name,
                Key=_key(key),
                UpdateExpression="SET packed = :packed, revision = :next",
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _page(version: int, month: int) -> str:
    return f"{version:02}#{month // 12:04}-{month % 12 + 1:02}"


def _month(page: str) -> int:
    year, month = page.partition("#")[2].split("-")
    return int(year) * 12 + int(month) - 1


def _key(key: PageKey) -> dict[str, Any]:
    return {"meterId": {"S": key.meter_id}, "page": {"S": _page(key.version, key.month)}}


def _page_of(item: Mapping[str, Any], month: int) -> Page:
    return unpack(item["packed"]["B"], month, revision=int(item["revision"]["N"]))
