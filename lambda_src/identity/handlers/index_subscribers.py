"""Each night: puts into the index who got the newsletter before there was one."""

from datetime import datetime

from blockwork.runtime.observability import logger
from blockwork.runtime.scheduling import scheduled_handler
from identity.adapters.subscriber_table import SubscriberTable
from identity.domain.newsletter import Unindexed


def index_subscribers(_: datetime, *, profiles: Unindexed) -> None:
    """Mend the index; a run that is cut short has mended a part."""
    logger.info("indexed", mended=profiles.mend())


handler = scheduled_handler(index_subscribers, profiles=SubscriberTable.from_environment)
