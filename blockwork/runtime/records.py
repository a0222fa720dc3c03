"""Records of streams and queues, as Lambda's event source mappings hand them over."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self, cast

from blockwork.runtime.envelope import InvalidEventError

Item = Mapping[str, Mapping[str, Any]]
"""An item as DynamoDB writes it: `{"userId": {"S": "u1"}}`."""


class ReadableRecord(Protocol):
    """What a stream's records are read as."""

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Read one.

        :raises InvalidEventError: if it is not one of this kind.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChange:
    """What happened to one item of a table whose stream has new and old images.

    :param id: DynamoDB's id of the change, the same whenever it is handed over.
    :param old: the item before; None if it was not there.
    :param new: the item after; None if it is gone.
    """

    id: str
    kind: Literal["INSERT", "MODIFY", "REMOVE"]
    old: Item | None
    new: Item | None

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Read a record of a DynamoDB stream."""
        images = _part(record, "dynamodb")
        return cls(
            id=record["eventID"],
            kind=cast(Literal["INSERT", "MODIFY", "REMOVE"], record["eventName"]),
            old=images.get("OldImage"),
            new=images.get("NewImage"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamMessage:
    """One record of a Kinesis stream.

    :param id: Kinesis's id of it: shard and sequence number.
    """

    id: str
    data: bytes

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Read a record of a Kinesis stream."""
        message = _part(record, "kinesis")
        return cls(id=record["eventID"], data=base64.b64decode(message["data"]))


def record_id(record: Mapping[str, Any]) -> str:
    """Return what a partial batch response names the record by."""
    if "dynamodb" in record:
        return str(record["dynamodb"]["SequenceNumber"])
    if "kinesis" in record:
        return str(record["kinesis"]["sequenceNumber"])
    return str(record["messageId"])


def waiting_since(record: Mapping[str, Any]) -> float:
    """Return when the record came to its consumer, in seconds since 1970.

    Of a message that is when it was first received, since it may have been sent with a delay.
    """
    if "dynamodb" in record:
        return float(record["dynamodb"]["ApproximateCreationDateTime"])
    if "kinesis" in record:
        return float(record["kinesis"]["approximateArrivalTimestamp"])
    return float(record["attributes"]["ApproximateFirstReceiveTimestamp"]) / 1000


def _part(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    if name not in record:
        raise InvalidEventError(f"expected a record with {name!r}, got one with {sorted(record)}")
    return cast(Mapping[str, Any], record[name])
