"""Works on a range of a file: checks its rows, stores them, and goes on where it has stopped."""

import os
import time
from collections.abc import Callable

from blockwork.runtime.consuming import consume_queue
from blockwork.runtime.observability import logger
from blockwork.runtime.parking import FailureTopic
from readings.adapters.import_files import ImportFiles
from readings.adapters.meter_table import MeterTable
from readings.adapters.plan_table import PlanTable
from readings.adapters.readings_table import ReadingsTable
from readings.adapters.work_messages import RangeMessage
from readings.adapters.work_queues import WorkQueues
from readings.domain.importing import Store, work_on
from readings.domain.imports import ImportStatus
from readings.domain.planning import Work
from readings.domain.registry import Owners
from readings.handlers.permits import UploaderPermits


def import_range(
    message: RangeMessage,
    *,
    plans: PlanTable,
    files: ImportFiles,
    store: Store,
    owners: Owners,
    work: Work,
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Work on one range; what is not done in time is handed on, with what was saved of it."""
    logger.set_correlation_id(message.correlation_id)
    begun = clock()
    standing = plans.standing(message.user_id, message.import_id)
    if standing is None or standing.plan is None:
        logger.info("nobody waits for this range: its import is gone")
        return
    if standing.status is ImportStatus.IMPORTING:
        file = files.of(standing, standing.plan.file)
        is_done = work_on(
            message.range,
            standing.plan.layout,
            source=file,
            store=store,
            permits=UploaderPermits(standing, owners),
            rejects=file,
            progress=plans.of_ranges(standing),
            is_time_left=lambda: clock() - begun < seconds,
        )
        if not is_done:
            work.add_ranges(standing, [message.range])
            return
    # Also by who finds the range done: who did it may not have come to say so.
    if plans.is_worked_off(standing):
        work.finish(standing)


handler = consume_queue(
    RangeMessage,
    import_range,
    parking=FailureTopic.from_environment,
    plans=PlanTable.from_environment,
    files=ImportFiles.from_environment,
    store=ReadingsTable.from_environment,
    owners=MeterTable.from_environment,
    work=WorkQueues.from_environment,
    seconds=lambda: float(os.environ["WORK_SECONDS"]),
)
