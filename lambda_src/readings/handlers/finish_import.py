"""Ends imports: the queue says which may be over, their ranges say whether they are."""

from collections.abc import Callable
from datetime import UTC, datetime

from blockwork.runtime.consuming import consume_queue
from blockwork.runtime.observability import logger
from blockwork.runtime.parking import FailureTopic
from readings.adapters.leftover_files import LeftoverFiles
from readings.adapters.plan_table import PlanTable
from readings.adapters.work_messages import FinishMessage
from readings.domain.finishing import Endings, Leftovers, finish


def finish_import(
    message: FinishMessage,
    *,
    endings: Endings,
    files: Leftovers,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """End one import, if it is over; whoever does its last range says so again if it is not."""
    logger.set_correlation_id(message.correlation_id)
    is_over = finish(message.user_id, message.import_id, endings=endings, files=files, now=now())
    logger.info("looked whether the import is over", is_over=is_over)


handler = consume_queue(
    FinishMessage,
    finish_import,
    parking=FailureTopic.from_environment,
    endings=PlanTable.from_environment,
    files=LeftoverFiles.from_environment,
)
