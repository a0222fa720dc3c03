"""Tells the other microservices how a campaign has ended: the table's stream says so."""

from collections.abc import Callable

from shared.events import CampaignFailed, CampaignSent

from blockwork.runtime.consuming import consume_stream
from blockwork.runtime.envelope import Envelope
from blockwork.runtime.event_publisher import EventPublisher, Events
from blockwork.runtime.metrics import count
from blockwork.runtime.observability import logger
from blockwork.runtime.parking import FailureTopic
from blockwork.runtime.records import TableChange
from campaigns.domain.campaign import CampaignStatus
from campaigns.handlers.campaign_change import new_campaign, old_status

FAILED = "CampaignsFailed"
"""The metric that people are alarmed by, its stack says by the same name."""


def publish_changes(change: TableChange, *, events: Events, count: Callable[[str], None]) -> None:
    """Publish that a campaign was sent or has failed; other changes are nobody's business.

    :param count: adds one to the metric of a name; may be called twice for one failure.
    """
    campaign = new_campaign(change)
    if campaign is None or campaign.status is old_status(change):
        return
    if campaign.status not in (CampaignStatus.SENT, CampaignStatus.FAILED):
        return
    logger.set_correlation_id(campaign.correlation_id)
    event: CampaignSent | CampaignFailed = CampaignSent(campaign_id=campaign.campaign_id)
    if campaign.status is CampaignStatus.FAILED:
        count(FAILED)
        event = CampaignFailed(campaign_id=campaign.campaign_id, reason=campaign.reason or "")
    events.publish(
        Envelope.of(
            event,
            correlation_id=campaign.correlation_id,
            # The same however often the stream hands the change over.
            id_=f"{campaign.campaign_id}-{campaign.status}",
            time=campaign.status_since,
        )
    )


handler = consume_stream(
    TableChange,
    publish_changes,
    parking=FailureTopic.from_environment,
    events=EventPublisher.from_environment,
    count=lambda: count,
)
