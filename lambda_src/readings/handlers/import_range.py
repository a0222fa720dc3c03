"""Works on a range of a file: checks its rows, stores them, and goes on where it has stopped."""

import os
import time
from collections.abc import Callable
from typing import Protocol

from blockwork.runtime.consuming import consume_queue
from blockwork.runtime.observability import logger
from blockwork.runtime.parking import FailureTopic
from readings.adapters.import_files import ImportFiles
from readings.adapters.meter_table import MeterTable
from readings.adapters.plan_table import PlanTable
from readings.adapters.readings_table import ReadingsTable
from readings.adapters.work_messages import RangeMessage
from readings.adapters.work_queues import WorkQueues
from readings.domain.importing import ProgressStore, Rejects, Source, Store, work_on
from readings.domain.imports import ImportStatus
from readings.domain.planning import Standing, Work
from readings.domain.registry import Owners
from readings.handlers.permits import UploaderPermits


class RangePlans(Protocol):
    """Where it is kept how imports stand, and how far their ranges have come."""

    def standing(self, user_id: str, import_id: str) -> Standing | None:
        """Return how it stands after every write that has been answered; None if it is gone."""
        ...

    def of_ranges(self, standing: Standing) -> ProgressStore:
        """Return where an import's ranges save their progress."""
        ...

    def is_worked_off(self, standing: Standing) -> bool:
        """Whether all ranges are done."""
        ...


class RangeFile(Source, Rejects, Protocol):
    """The file of an import, and the place for what is rejected of it."""


class RangeFiles(Protocol):
    """Where the files of imports are."""

    def of(self, standing: Standing, file: str) -> RangeFile:
        """Return an import's file, by the key of its copy."""
        ...


def import_range(
    message: RangeMessage,
    *,
    plans: RangePlans,
    files: RangeFiles,
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
