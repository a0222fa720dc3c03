"""The live feed: what meters say half hour by half hour, from the door by a stream to the store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol, Self

from readings.domain.importing import Store
from readings.domain.keeping import keep
from readings.domain.reading import KWH, READ_AT, Reading, read_at_of, thousandths_of
from readings.domain.registry import Owners

MOST_READINGS = 500
"""Of one post: more than ten days of half hours."""
VERSION = 1
"""What a meter says itself; a correction comes in a file, as a higher one."""


class Moment(str):
    """When a half hour begins, as a meter writes it.

    :raises ValueError: for any other text; so does `Energy`.
    """

    __slots__ = ()
    JSON_SCHEMA: ClassVar[dict[str, object]] = {"pattern": READ_AT}

    def __new__(cls, text: str) -> Self:
        """Check the text."""
        read_at_of(text)
        return super().__new__(cls, text)

    @property
    def instant(self) -> datetime:
        """The same in UTC."""
        return read_at_of(self)


class Energy(str):
    """The kWh of a half hour as a decimal of at most three places."""

    __slots__ = ()
    JSON_SCHEMA: ClassVar[dict[str, object]] = {"pattern": KWH}

    def __new__(cls, text: str) -> Self:
        """Check the text."""
        thousandths_of(text)
        return super().__new__(cls, text)

    @property
    def thousandths(self) -> int:
        """The same as an integer."""
        return thousandths_of(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Readings that somebody sent of one meter.

    :param user_id: who sent them.
    :param is_permitted: whether a permission let them write, whoever's meter it is; else only its
        owner may, and when it is stored they must still be that.
    """

    meter_id: str
    user_id: str
    is_permitted: bool
    correlation_id: str
    readings: Sequence[Reading]


class Feed(Protocol):
    """The way to the store: a stream in production, a list in unit tests."""

    def send(self, post: Post) -> None:
        """Take a post as a whole, so that it is stored soon, after what the meter sent before.

        :raises FeedBusyError: if it cannot be taken now.
        """
        ...


class FeedBusyError(Exception):
    """Nobody knows whether the post was taken: it is to be sent again."""

    retry_after = 5

    def __init__(self) -> None:
        super().__init__(
            "the readings cannot be taken just now; send all of them again in some seconds: what"
            " is stored already is stored once"
        )


class NotStoredError(Exception):
    """Some readings of a post cannot be stored, now or ever; all others are."""


def contradictions(readings: Sequence[Reading]) -> list[tuple[int, int]]:
    """Return the places of readings whose half hour has another value before, and of that one."""
    first: dict[datetime, int] = {}
    found = []
    for place, reading in enumerate(readings):
        before = first.setdefault(reading.read_at, place)
        if readings[before].thousandths != reading.thousandths:
            found.append((place, before))
    return found


def store(post: Post, *, owners: Owners, store: Store) -> bool:
    """Store what is not there yet; return whether somebody still waits for it.

    :raises NotStoredError: if the meter is not theirs, or another value is stored already.
    """
    if not post.is_permitted:
        owner = owners.owner(post.meter_id)
        if owner is None:
            return False
        if owner != post.user_id:
            raise NotStoredError(f"meter {post.meter_id} is not {post.user_id}'s to write")
    refused = keep(post.readings, store=store)
    if refused:
        shown = ", ".join(f"{each.kwh} at {each.read_at:%Y-%m-%dT%H:%MZ}" for each in refused)
        raise NotStoredError(
            f"meter {post.meter_id} has other values of version {VERSION} stored than {shown}: a"
            " reading never changes, so send a correction as a higher version"
        )
    return True
