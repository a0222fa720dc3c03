"""Forgets a user who is gone: their imports with all files, their meters with all readings."""

import os
import time
from collections.abc import Callable

from shared.events import UserDeleted

from blockwork.runtime.consuming import consume
from blockwork.runtime.envelope import Envelope
from readings.adapters.forgetting_table import ForgettingTable
from readings.adapters.leftover_files import LeftoverFiles
from readings.adapters.meter_table import MeterTable
from readings.adapters.readings_table import ReadingsTable
from readings.domain.forgetting import OwnFiles, OwnImports, OwnMeters, forget
from readings.domain.stored import Pages


def forget_user(
    envelope: Envelope[UserDeleted],
    *,
    imports: OwnImports,
    files: OwnFiles,
    meters: OwnMeters,
    pages: Pages,
    seconds: float,
    sleep: Callable[[float], object] = time.sleep,
) -> None:
    """Forget what there is; what comes late is forgotten when it is told again.

    :param seconds: how long somebody may work on a range who has begun.
    """
    forget(
        envelope.data.user_id,
        imports=imports,
        files=files,
        meters=meters,
        pages=pages,
        wait=lambda: sleep(seconds),
    )


handler = consume(
    UserDeleted,
    forget_user,
    imports=ForgettingTable.from_environment,
    files=LeftoverFiles.from_environment,
    meters=MeterTable.from_environment,
    pages=ReadingsTable.from_environment,
    seconds=lambda: float(os.environ["RANGE_SECONDS"]),
)
