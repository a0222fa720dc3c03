"""Starts the workflow of a new campaign: the table's stream says so, so that none is forgotten."""

from typing import Protocol

from blockwork.runtime.consuming import consume_stream
from blockwork.runtime.observability import logger
from blockwork.runtime.parking import FailureTopic
from blockwork.runtime.records import TableChange
from campaigns.adapters.workflow import Workflow
from campaigns.handlers.campaign_change import new_campaign


class Executions(Protocol):
    """Starts what brings a campaign to its end."""

    def start(self, campaign_id: str, *, correlation_id: str) -> None:
        """Start it, once for each campaign."""


def start_campaign(change: TableChange, *, executions: Executions) -> None:
    """Start the execution of a new campaign; other changes are no business of ours."""
    campaign = new_campaign(change)
    if campaign is None or change.old is not None:
        return
    logger.set_correlation_id(campaign.correlation_id)
    executions.start(campaign.campaign_id, correlation_id=campaign.correlation_id)


handler = consume_stream(
    TableChange,
    start_campaign,
    parking=FailureTopic.from_environment,
    executions=Workflow.from_environment,
)
