"""Plans an import as soon as its file has arrived: S3 says so on the bus."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from blockwork.runtime.arrivals import Arrival, arrival_of
from blockwork.runtime.consuming import AlwaysAgain, consume_notice
from blockwork.runtime.envelope import InvalidEventError
from blockwork.runtime.observability import logger
from readings.adapters.plan_table import PlanTable
from readings.adapters.uploaded_file import UploadedFiles
from readings.adapters.work_queues import WorkQueues
from readings.domain.files import import_of
from readings.domain.planning import Plans, ReplacedError, Uploads, Work
from readings.domain.planning import plan_import as plan


class Notice(msgspec.Struct, frozen=True):
    """What is told of an arrival, by S3 or by what has scanned the file."""

    source: str
    detail: dict[str, Any]
    detail_type: str = msgspec.field(name="detail-type")

    @property
    def arrival(self) -> Arrival:
        """What has arrived."""
        try:
            return arrival_of(msgspec.to_builtins(self))
        except (ValueError, KeyError) as error:
            raise InvalidEventError(f"the event tells of no arrival: {error!r}") from error


def plan_import(
    notice: Notice,
    *,
    uploads: Uploads,
    plans: Plans,
    work: Work,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Plan the import whose file has arrived."""
    arrival = notice.arrival
    try:
        user_id, import_id = import_of(arrival.key)
    except ValueError as error:
        raise InvalidEventError(str(error)) from error
    upload = uploads.of(user_id, import_id, etag=arrival.etag)
    try:
        plan(user_id, import_id, upload=upload, plans=plans, work=work, now=now())
    except ReplacedError:
        logger.info("the upload was replaced, which is told by an arrival of its own")


handler = consume_notice(
    Notice,
    plan_import,
    key=lambda notice: notice.arrival.key,
    # What is planned already is only handed out again.
    once=AlwaysAgain,
    uploads=UploadedFiles.from_environment,
    plans=PlanTable.from_environment,
    work=WorkQueues.from_environment,
)
