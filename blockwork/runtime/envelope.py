"""What an event is, and the envelope it travels in.

On the bus an event has its class's `SOURCE`, the name of the class as detail type and
`{"metadata": {…}, "data": {…}}` as detail.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar
from uuid import uuid4

import msgspec
from msgspec import Meta

# `(?!\n)`, since `$` alone matches before a line end too.
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,128}$(?!\n)")]
# API Gateway's request ids, which many begin with, are Base64.
CorrelationId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_=+/:.-]{1,128}$(?!\n)")]
Time = Annotated[datetime, Meta(tz=True)]
Version = Annotated[int, Meta(ge=1)]


class InvalidEventError(Exception):
    """An event does not fit its contract: trying again cannot help, mending its producer can."""


class UnsupportedVersionError(Exception):
    """An event has another version than this code knows: deploy code that knows it, then redrive.

    A version is raised exactly when the new contract cannot be read as the old one.
    """


class Event(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A fact about a microservice, named in the past tense.

    Consumers tolerate fields that they do not know, so an optional one may be added at any time;
    every other change raises `VERSION`::

        class OrderPlaced(Event, frozen=True, kw_only=True):
            SOURCE: ClassVar[str] = "shop.orders"

            order_id: Id

    `SOURCE` is the name in which its service publishes, and no other does.
    """

    SOURCE: ClassVar[str]
    VERSION: ClassVar[int] = 1


Data = TypeVar("Data", bound=Event)


class Metadata(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an envelope says about its event.

    :param id: the same whenever the same fact is told again; consumers act on it once.
    :param correlation_id: that of the request which caused the event.
    :param time: when it happened.
    :param version: which version of its contract the data has.
    """

    id: Id
    correlation_id: CorrelationId
    time: Time
    version: Version


class Envelope(msgspec.Struct, Generic[Data], frozen=True, kw_only=True):
    """An event with its metadata: the detail of a message on the bus."""

    metadata: Metadata
    data: Data

    @classmethod
    def of(
        cls,
        data: Data,
        *,
        correlation_id: str,
        id_: str | None = None,
        time: datetime | None = None,
    ) -> Self:
        """Put an event into an envelope.

        :param correlation_id: that of the cause: `current_correlation_id()` in a handler.
        :param id_: what the same fact always gets, where a retry may publish it twice, e.g. a
            stream consumer. Default: a new one.
        :param time: when it happened, with a time zone. Default: now.
        """
        metadata = Metadata(
            id=id_ or uuid4().hex,
            correlation_id=correlation_id,
            time=(time or datetime.now(UTC)).astimezone(UTC),
            version=data.VERSION,
        )
        return cls(metadata=metadata, data=data)

    @property
    def name(self) -> str:
        """The detail type."""
        return type(self.data).__name__

    @property
    def source(self) -> str:
        """Who says so, as EventBridge's source."""
        return self.data.SOURCE

    def to_detail(self) -> bytes:
        """Return the detail as JSON.

        :raises InvalidEventError: if the data does not fit its contract.
        """
        detail = msgspec.json.encode(self)
        read_detail(msgspec.json.decode(detail), type(self.data))
        return detail


class _Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """As much of a detail as every version has."""

    metadata: Metadata


def read_event(event: Mapping[str, Any], kind: type[Data]) -> Envelope[Data]:
    """Return the envelope of an event that EventBridge has delivered.

    :raises InvalidEventError: if it is another event or does not fit the contract of `kind`.
    :raises UnsupportedVersionError: if it has another version than `kind`.
    """
    expected = (kind.SOURCE, kind.__name__)
    found = (event.get("source"), event.get("detail-type"))
    if found != expected:
        raise InvalidEventError(
            f"expected {expected[1]} from {expected[0]}, got {found[1]!r} from {found[0]!r}:"
            " the rule's pattern must name both"
        )
    return read_detail(event.get("detail"), kind)


def read_detail(detail: object, kind: type[Data]) -> Envelope[Data]:
    """Return the envelope in a detail; raises as `read_event` does."""
    try:
        version = msgspec.convert(detail, _Stamp).metadata.version
        if version == kind.VERSION:
            return msgspec.convert(detail, Envelope[kind])  # type: ignore[valid-type]
    except msgspec.ValidationError as error:
        raise InvalidEventError(f"{kind.__name__} does not fit its contract: {error}") from error
    raise UnsupportedVersionError(
        f"{kind.__name__} has version {version}, this code knows version {kind.VERSION}"
    )
