"""Shards as consumers read them: the one of a table's stream, and those of a Kinesis stream."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from ministack.core.arn import ArnParseError, parse_arn
from ministack.core.responses import get_account_id, get_region
from ministack.services import dynamodb, kinesis, lambda_svc

Mapping = dict[str, Any]
Record = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class TableShard:
    """A table's stream; the emulator has one shard for each."""

    INFO: ClassVar[str] = "DDBStreamBatchInfo"

    mapping: Mapping
    table: str
    shard_id: str = "shardId-00000000000000000000-00000000"

    @property
    def key(self) -> str:
        """Return what tells it, as one mapping reads it, from all others."""
        return str(self.mapping["UUID"])

    def read(self) -> tuple[int, list[Record]]:
        """Return the mapping's position and the records after it."""
        with lambda_svc._dynamodb_stream_positions_lock:
            oldest = dynamodb.stream_start_position(self.table)
            position = max(lambda_svc._dynamodb_stream_positions.get(self.key, oldest), oldest)
        size = int(self.mapping.get("BatchSize", 100))
        return position, dynamodb.stream_records_since(self.table, position, size)

    def advance(self, position: int) -> None:
        """Go on at a position."""
        with lambda_svc._dynamodb_stream_positions_lock:
            lambda_svc._dynamodb_stream_positions[self.key] = position

    @staticmethod
    def number(record: Record) -> str:
        """Return a record's sequence number."""
        return str(record["dynamodb"]["SequenceNumber"])

    @staticmethod
    def created(record: Record) -> float:
        """Return when it arrived, in seconds since 1970."""
        return float(record["dynamodb"]["ApproximateCreationDateTime"])


@dataclass(frozen=True, kw_only=True)
class KinesisShard:
    """One shard of a Kinesis stream."""

    INFO: ClassVar[str] = "KinesisBatchInfo"

    mapping: Mapping
    shard_id: str
    records: list[Record]

    @property
    def key(self) -> str:
        """Return what tells it, as one mapping reads it, from all others."""
        return f"{self.mapping['UUID']}:{self.shard_id}"

    def read(self) -> tuple[int, list[Record]]:
        """Return the mapping's position and the records after it, as Lambda hands them over."""
        positions = lambda_svc._kinesis_positions.get(self.mapping["UUID"])
        if positions is None:
            positions = lambda_svc._kinesis_positions[self.mapping["UUID"]] = {}
        if self.shard_id not in positions:
            latest = self.mapping.get("StartingPosition", "LATEST") != "TRIM_HORIZON"
            positions[self.shard_id] = len(self.records) if latest else 0
        position: int = positions[self.shard_id]
        size = int(self.mapping.get("BatchSize", 100))
        found = self.records[position : position + size]
        return position, [self._as_lambda_has_it(record) for record in found]

    def _as_lambda_has_it(self, record: Record) -> Record:
        return {
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": record["PartitionKey"],
                "sequenceNumber": record["SequenceNumber"],
                "data": record["Data"],
                "approximateArrivalTimestamp": record["ApproximateArrivalTimestamp"],
            },
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": f"{self.shard_id}:{record['SequenceNumber']}",
            "eventName": "aws:kinesis:record",
            "invokeIdentityArn": f"arn:aws:iam::{get_account_id()}:role/lambda-role",
            "awsRegion": get_region(),
            "eventSourceARN": self.mapping["EventSourceArn"],
        }

    def advance(self, position: int) -> None:
        """Go on at a position."""
        lambda_svc._kinesis_positions[self.mapping["UUID"]][self.shard_id] = position

    @staticmethod
    def number(record: Record) -> str:
        """Return a record's sequence number."""
        return str(record["kinesis"]["sequenceNumber"])

    @staticmethod
    def created(record: Record) -> float:
        """Return when it arrived, in seconds since 1970."""
        return float(record["kinesis"]["approximateArrivalTimestamp"])


Shard = TableShard | KinesisShard


def shards_of(mapping: Mapping) -> Iterator[Shard]:
    """Yield what a mapping reads, in the account and region that are looked at."""
    try:
        source = parse_arn(mapping["EventSourceArn"])
    except (ArnParseError, KeyError):
        return
    if source.service == "dynamodb":
        table = source.resource.split("/")[1]
        if (dynamodb._tables.get(table) or {}).get("LatestStreamArn") == mapping["EventSourceArn"]:
            yield TableShard(mapping=mapping, table=table)
    elif source.service == "kinesis" and source.region == get_region():
        name = lambda_svc._kinesis_stream_name_from_arn_spec(source)
        stream = kinesis._streams.get_scoped(source.account_id, source.region, name)
        if not stream or stream["StreamStatus"] != "ACTIVE":
            return
        for shard_id, shard in stream["shards"].items():
            yield KinesisShard(mapping=mapping, shard_id=shard_id, records=shard["records"])
