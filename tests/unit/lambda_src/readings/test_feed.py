"""The live feed: what is taken at the door, how it travels, what is stored of it, and why not."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from readings.adapters.feed_records import post_of, record_of
from readings.domain.feed import MOST_READINGS, FeedBusyError, NotStoredError, Post, store
from readings.domain.packing import PageKey, month_and_slot
from readings.domain.reading import Reading
from readings.domain.registry import UnknownMeterError
from readings.handlers.store_readings import store_readings
from readings.handlers.take_readings import take_readings

from blockwork.runtime.envelope import InvalidEventError
from blockwork.runtime.http import Request
from blockwork.runtime.problems import FieldError, ProblemError
from blockwork.runtime.records import StreamMessage
from tests.unit.lambda_src.events import ADMINISTRATOR, CUSTOMER
from tests.unit.lambda_src.readings.fakes import InMemoryReadings
from tests.unit.lambda_src.readings.test_routes import InMemoryMeters

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
OWN = InMemoryMeters({"m1": "user-2"})


@dataclass
class Stream:
    """The port `Feed`, and who reads it."""

    records: list[bytes] = field(default_factory=list)
    is_busy: bool = False

    def send(self, post: Post) -> None:
        if self.is_busy:
            raise FeedBusyError
        self.records.append(record_of(post))


def live(number: int, kwh: str = "0.125") -> dict[str, str]:
    return {"readAt": f"{FIRST + number * timedelta(minutes=30):%Y-%m-%dT%H:%M}Z", "kwh": kwh}


def post(
    *readings: object, claims: dict[str, Any] = CUSTOMER, feed: Stream | None = None
) -> list[bytes]:
    stream = feed or Stream()
    body = json.dumps({"readings": readings}).encode()
    request = Request(path={"meterId": "m1"}, body=body, claims=claims)
    answer = take_readings(request, owners=OWN, feed=stream)
    assert answer.status == 202
    assert answer.body == {"meterId": "m1", "taken": len(readings)}
    return stream.records


def errors_of(*readings: object) -> list[FieldError]:
    with pytest.raises(ProblemError) as refused:
        post(*readings)
    assert refused.value.status == 422
    return list(refused.value.errors)


def receive(record: bytes, meters: InMemoryMeters, pages: InMemoryReadings) -> None:
    store_readings(StreamMessage(id="s:1", data=record), owners=meters, store=pages)


def stored(pages: InMemoryReadings) -> dict[tuple[str, datetime], tuple[int, int]]:
    return {
        (key.meter_id, read_at): (thousandths, version)
        for key, page in pages.pages.items()
        for read_at, thousandths, version in page.readings(key)
        if key.version
    }


def test_what_an_owner_posts_is_stored_once_however_often_it_comes() -> None:
    pages = InMemoryReadings()
    (record,) = post(live(0), live(1, "1"), live(0))

    for _ in range(3):
        receive(record, OWN, pages)

    half = timedelta(minutes=30)
    assert stored(pages) == {("m1", FIRST): (125, 1), ("m1", FIRST + half): (1000, 1)}
    assert PageKey("m1", 0, month_and_slot(FIRST)[0]) in pages.pages


@pytest.mark.parametrize(
    ("permissions", "may"),
    [("", False), ("read:meters/m1", False), ("write:meters/m2", False), ("write:meters/*", True)],
)
def test_another_s_meter_is_not_there_but_for_who_may_write_it(permissions: str, may: bool) -> None:
    claims = {**CUSTOMER, "sub": "user-3", "permissions": permissions}
    stream = Stream()

    if not may:
        with pytest.raises(UnknownMeterError):
            post(live(0), "nonsense", claims=claims, feed=stream)
        assert stream.records == []
        return
    pages = InMemoryReadings()
    receive(post(live(0), claims=claims, feed=stream)[0], OWN, pages)
    assert len(stored(pages)) == 1


def test_every_bad_reading_is_told_with_its_place_and_none_is_taken() -> None:
    bad = {"readAt": "2026-03-01T00:10Z", "kwh": "-1"}

    found = errors_of(live(0), bad, live(1) | {"version": 2}, {"readAt": "2026-03-01"}, 7)

    assert [each.field for each in found] == [
        "readings[1].readAt",
        "readings[1].kwh",
        "readings[2].version",
        "readings[3].readAt",
        "readings[3].kwh",
        "readings[4]",
    ]
    assert "on :00 or :30" in found[0].detail
    assert "offset" in found[3].detail


def test_a_half_hour_with_two_values_is_told_with_both_places() -> None:
    (found,) = errors_of(live(0), live(1), live(0, "0.126"))

    assert found.field == "readings[2].kwh"
    assert "0.125, as readings[0]" in found.detail


def test_a_post_has_some_readings_and_at_most_so_many() -> None:
    many = [live(number) for number in range(MOST_READINGS + 1)]

    assert [each.field for each in errors_of()] == ["readings"]
    assert [each.field for each in errors_of(*many)] == ["readings"]
    (record,) = post(*many[:-1])
    assert len(post_of(record).readings) == MOST_READINGS


def test_who_is_not_signed_in_is_told_so() -> None:
    with pytest.raises(ProblemError) as refused:
        post(live(0), claims={})
    assert refused.value.status == 401


def test_a_busy_stream_is_told_with_when_to_come_again() -> None:
    with pytest.raises(FeedBusyError, match="send all of them again") as busy:
        post(live(0), feed=Stream(is_busy=True))
    assert busy.value.retry_after > 0


def test_another_value_is_refused_with_its_reason_and_the_others_are_stored() -> None:
    pages = InMemoryReadings()
    receive(post(live(0))[0], OWN, pages)

    with pytest.raises(
        InvalidEventError, match=r"m1 has other values.*than 7\.000 at 2026-03-01T00"
    ):
        receive(post(live(0, "7"), live(1))[0], OWN, pages)

    assert stored(pages)["m1", FIRST] == (125, 1)
    assert len(stored(pages)) == 2


def test_a_meter_that_is_another_s_by_now_is_refused_with_the_reason() -> None:
    (record,), pages = post(live(0)), InMemoryReadings()

    with pytest.raises(InvalidEventError, match="m1 is not user-2's to write"):
        receive(record, InMemoryMeters({"m1": "user-9"}), pages)
    assert stored(pages) == {}

    receive(record, OWN, pages)
    assert len(stored(pages)) == 1


def test_nothing_is_stored_of_somebody_who_was_forgotten_meanwhile() -> None:
    pages = InMemoryReadings()

    receive(post(live(0))[0], InMemoryMeters(), pages)

    assert stored(pages) == {}


GOOD = json.loads(post(live(0))[0])
POISON = {
    "no JSON": b"\x00poison",
    "no object": b"[]",
    "nothing in it": json.dumps({**GOOD, "readings": []}).encode(),
    "too many": json.dumps({**GOOD, "readings": [live(0)] * 501}).encode(),
    "a value that is none": json.dumps({**GOOD, "readings": [live(0, "-1")]}).encode(),
    "a meter that is none": json.dumps({**GOOD, "meterId": "../m1"}).encode(),
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("data", POISON.values(), ids=POISON.keys())
def test_a_record_that_is_no_post_is_hopeless_and_says_why(data: bytes) -> None:
    pages = InMemoryReadings()
    with pytest.raises(InvalidEventError, match=r"the record is no post of readings: ."):
        receive(data, OWN, pages)
    assert stored(pages) == {}


SLOTS = st.dictionaries(st.integers(0, 5_000), st.integers(0, 4_000_000_000), min_size=1)


@given(slots=SLOTS, permitted=st.booleans())
def test_a_post_comes_out_of_its_record_as_it_was(slots: dict[int, int], permitted: bool) -> None:
    before = Post(
        meter_id="m1",
        user_id="user-2",
        is_permitted=permitted,
        correlation_id="c1",
        readings=[
            Reading(
                meter_id="m1",
                read_at=FIRST + timedelta(minutes=30 * slot),
                thousandths=thousandths,
                version=1,
            )
            for slot, thousandths in slots.items()
        ],
    )

    assert post_of(record_of(before)) == before


@given(batches=st.lists(SLOTS, min_size=1, max_size=4), again=st.data())
def test_every_reading_ends_stored_or_in_a_reason(
    batches: list[dict[int, int]], again: st.DataObject
) -> None:
    """Whatever comes, in whatever order and however often: the first value of a half hour stays."""
    half = timedelta(minutes=30)
    posts = [
        Post(
            meter_id="m1",
            user_id="user-2",
            is_permitted=False,
            correlation_id="c",
            readings=[
                Reading(meter_id="m1", read_at=FIRST + slot * half, thousandths=value, version=1)
                for slot, value in batch.items()
            ],
        )
        for batch in batches
    ]
    order = [*posts, *again.draw(st.lists(st.sampled_from(posts), max_size=4))]
    pages, expected = InMemoryReadings(), dict[datetime, int]()

    for each in order:
        others = [
            reading
            for reading in each.readings
            if expected.setdefault(reading.read_at, reading.thousandths) != reading.thousandths
        ]
        if others:
            with pytest.raises(NotStoredError) as refused:
                store(each, owners=OWN, store=pages)
            for reading in others:
                assert f"{reading.kwh} at {reading.read_at:%Y-%m-%dT%H:%MZ}" in str(refused.value)
        else:
            assert store(each, owners=OWN, store=pages)

    assert {at: value for (_, at), (value, _) in stored(pages).items()} == expected


def test_an_administrator_may_write_a_meter_that_nobody_has_registered() -> None:
    request = Request(
        path={"meterId": "m9"}, body=json.dumps({"readings": [live(0)]}).encode(), claims=CUSTOMER
    )
    stream, pages = Stream(), InMemoryReadings()
    with pytest.raises(UnknownMeterError):
        take_readings(request, owners=OWN, feed=stream)

    take_readings(replace(request, claims=ADMINISTRATOR), owners=OWN, feed=stream)

    receive(stream.records[0], OWN, pages)
    assert [meter for meter, _ in stored(pages)] == ["m9"]
