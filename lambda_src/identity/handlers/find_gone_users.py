"""Each night: finds users who were deleted and of whom something is kept, and says who they are."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from shared.events import UserDeleted

from blockwork.runtime.envelope import Envelope
from blockwork.runtime.event_publisher import EventPublisher, Events
from blockwork.runtime.observability import current_correlation_id, logger
from blockwork.runtime.scheduling import scheduled_handler
from identity.adapters.leaving_table import LeavingTable
from identity.adapters.user_pool import UserPool
from identity.domain.deletion import KnownUsers, Membership, find_gone

PAUSE_SECONDS = 1 / 20
"""Twenty questions a second, of the 30 that an account's pools share (Cognito quotas, UserList)."""


def find_gone_users(
    run_at: datetime,
    *,
    known: KnownUsers,
    members: Membership,
    events: Events,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    pause: Callable[[], None] = lambda: time.sleep(PAUSE_SECONDS),
) -> None:
    """Publish who is gone; the rest of a run that was cut short comes on other nights."""
    sweep = find_gone(run_at=run_at, known=known, members=members, now=now, pause=pause)
    logger.info(
        "swept",
        gone=len(sweep.gone),
        looked_at=sweep.looked_at,
        is_complete=sweep.is_complete,
    )
    events.publish(
        *(
            Envelope.of(
                UserDeleted(user_id=user_id), correlation_id=current_correlation_id(), time=run_at
            )
            for user_id in sweep.gone
        )
    )


handler = scheduled_handler(
    find_gone_users,
    known=LeavingTable.from_environment,
    members=UserPool.from_environment,
    events=EventPublisher.from_environment,
)
