"""One import after the other, by the functions that do it in a stage, one step at a time."""

import csv
import io
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
import msgspec
from readings.adapters.forgetting_table import ForgettingTable
from readings.adapters.import_files import ImportFiles
from readings.adapters.import_table import ImportTable
from readings.adapters.leftover_files import LeftoverFiles
from readings.adapters.meter_table import MeterTable
from readings.adapters.plan_table import PlanTable
from readings.adapters.readings_table import ReadingsTable
from readings.adapters.reject_files import rejects_key
from readings.adapters.uploaded_file import UploadedFiles
from readings.adapters.work_messages import FinishMessage, RangeMessage
from readings.adapters.work_queues import WorkQueues
from readings.domain.files import upload_key
from readings.domain.finishing import Leftovers
from readings.domain.forgetting import forget
from readings.domain.importing import Store
from readings.domain.imports import Filename, Import, ImportStatus, new_import_id
from readings.handlers.finish_import import finish_import
from readings.handlers.import_range import import_range
from readings.handlers.plan_import import Notice, plan_import

USER = "user-1"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
A_LONG_TIME = 3600.0


@dataclass
class Importing:
    """Imports in moto.

    :param seconds: how long a range may be worked on before the rest is handed on.
    """

    seconds: float = A_LONG_TIME
    imports: ImportTable = field(default_factory=ImportTable.from_environment)
    meters: MeterTable = field(default_factory=MeterTable.from_environment)
    s3: Any = field(default_factory=lambda: boto3.client("s3"))
    sqs: Any = field(default_factory=lambda: boto3.client("sqs"))

    def begin(self, *, user_id: str = USER, may_write: tuple[str, ...] = ()) -> str:
        """Begin an import and return its id."""
        import_id = new_import_id(NOW)
        self.imports.add(
            Import(
                user_id=user_id,
                import_id=import_id,
                filename=Filename("a.csv"),
                status=ImportStatus.AWAITING_UPLOAD,
                status_since=NOW,
                created_at=NOW,
                correlation_id="c1",
                may_write=may_write,
            )
        )
        return import_id

    def put(self, import_id: str, content: bytes, *, user_id: str = USER) -> Notice:
        """Upload a file and return what is told of it."""
        key = upload_key(user_id, import_id)
        etag = self.s3.put_object(Bucket=os.environ["UPLOADS_BUCKET"], Key=key, Body=content)
        detail = {
            "bucket": {"name": os.environ["UPLOADS_BUCKET"]},
            "object": {"key": key, "etag": etag["ETag"].strip('"'), "size": len(content)},
        }
        return Notice(source="aws.s3", detail=detail, detail_type="Object Created")

    def plan(self, notice: Notice) -> None:
        """Let the arrival be handled."""
        plan_import(
            notice,
            uploads=UploadedFiles.from_environment(),
            plans=PlanTable.from_environment(),
            work=WorkQueues.from_environment(),
            now=lambda: NOW,
        )

    def take(self, queue: str) -> list[str]:
        """Take all messages out of a queue."""
        found: list[str] = []
        url = os.environ[queue]
        while messages := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found.append(message["Body"])
        return found

    def work(self, message: str, store: Store | None = None) -> None:
        """Let a range be worked on."""
        import_range(
            msgspec.json.decode(message, type=RangeMessage),
            plans=PlanTable.from_environment(),
            files=ImportFiles.from_environment(),
            store=store or ReadingsTable.from_environment(),
            owners=self.meters,
            work=WorkQueues.from_environment(),
            seconds=self.seconds,
        )

    def finish(self, message: str, files: Leftovers | None = None) -> None:
        """Let it be looked whether an import is over."""
        finish_import(
            msgspec.json.decode(message, type=FinishMessage),
            endings=PlanTable.from_environment(),
            files=files or LeftoverFiles.from_environment(),
            now=lambda: NOW,
        )

    def forget(self, wait: Callable[[], object]) -> None:
        """Forget the user.

        :param wait: for who is at a range.
        """
        forget(
            USER,
            imports=ForgettingTable.from_environment(),
            files=LeftoverFiles.from_environment(),
            meters=self.meters,
            pages=ReadingsTable.from_environment(),
            wait=wait,
        )

    def run(self, content: bytes, **more: Any) -> Import:
        """Import a file, from its arrival to its end."""
        import_id = self.begin(**more)
        self.plan(self.put(import_id, content))
        self.drain()
        return self.imports.get(USER, import_id)

    def drain(self) -> None:
        """Work until there is nothing left to do."""
        while messages := self.take("RANGES_QUEUE_URL"):
            for message in messages:
                self.work(message)
        for message in self.take("FINISHING_QUEUE_URL"):
            self.finish(message)

    def rejects(self, import_id: str) -> list[dict[str, str]]:
        """Return the rejects of an import."""
        key = rejects_key(USER, import_id)
        answer = self.s3.get_object(Bucket=os.environ["FILES_BUCKET"], Key=key)
        return list(csv.DictReader(io.StringIO(answer["Body"].read().decode())))

    def items(self) -> list[dict[str, Any]]:
        """Return what is in all tables."""
        client: Any = boto3.client("dynamodb")
        names = ("IMPORTS_TABLE", "METERS_TABLE", "READINGS_TABLE")
        return [item for name in names for item in client.scan(TableName=os.environ[name])["Items"]]

    def files(self) -> list[str]:
        """Return the keys of all files that there are."""
        buckets = (os.environ[name] for name in ("UPLOADS_BUCKET", "FILES_BUCKET"))
        answers = (self.s3.list_objects_v2(Bucket=bucket) for bucket in buckets)
        return [each["Key"] for answer in answers for each in answer.get("Contents", [])]
