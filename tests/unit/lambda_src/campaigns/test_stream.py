"""What the changes of the campaigns' table cause, and what a step of the workflow is told."""

from typing import Any

import msgspec
import pytest
from campaigns.adapters.items import campaign_item, counts, iso
from campaigns.domain.campaign import Campaign, CampaignStatus
from campaigns.handlers.publish_changes import publish_changes
from campaigns.handlers.start_campaign import start_campaign
from campaigns.handlers.step import Step, step_handler

from blockwork.runtime.envelope import InvalidEventError
from blockwork.runtime.records import TableChange
from tests.unit.blockwork.runtime.fakes import PublishedEvents
from tests.unit.conftest import LogLines
from tests.unit.lambda_src.campaigns.fakes import campaign
from tests.unit.lambda_src.events import CONTEXT

SENT, FAILED, SENDING = CampaignStatus.SENT, CampaignStatus.FAILED, CampaignStatus.SENDING


def item(of: Campaign) -> dict[str, Any]:
    made = campaign_item(of) | {"notMailed": counts(of.not_mailed)}
    return made | ({"reason": {"S": of.reason}} if of.reason else {})


def change(new: Campaign | None, old: Campaign | None = None) -> TableChange:
    return TableChange(
        id="1",
        kind="MODIFY" if old else "INSERT",
        old=item(old) if old else None,
        new=item(new) if new else None,
    )


class Executions:
    def __init__(self) -> None:
        self.started: list[tuple[str, str]] = []

    def start(self, campaign_id: str, *, correlation_id: str) -> None:
        self.started.append((campaign_id, correlation_id))


def test_the_workflow_of_a_new_campaign_is_started() -> None:
    executions = Executions()
    for one in (change(campaign()), change(campaign(status=SENT), campaign()), change(None)):
        start_campaign(one, executions=executions)

    assert executions.started == [("c1", "correlation-1")]


def test_the_ends_that_matter_to_others_are_published_once_each() -> None:
    events, counted = PublishedEvents(), list[str]()
    sending = campaign(status=SENDING)
    for new, old in (
        (campaign(), None),
        (sending, campaign()),
        (campaign(status=SENDING, recipients=5), sending),
        (campaign(status=SENT), sending),
        (campaign(status=FAILED, reason="why"), sending),
        (campaign(status=CampaignStatus.CANCELLED), sending),
    ):
        publish_changes(change(new, old), events=events, count=counted.append)

    assert [(e.name, e.metadata.id, e.data) for e in events.published] == [
        ("CampaignSent", "c1-SENT", events.published[0].data),
        ("CampaignFailed", "c1-FAILED", events.published[1].data),
    ]
    assert events.published[1].data.reason == "why"
    assert events.published[0].metadata.time == sending.status_since
    assert counted == ["CampaignsFailed"]


def test_a_change_that_cannot_be_read_is_refused() -> None:
    broken = TableChange(
        id="1",
        kind="INSERT",
        old=None,
        new={"kind": {"S": "campaigns"}, "status": {"S": iso(campaign().created_at)}},
    )

    with pytest.raises(InvalidEventError, match="does not fit"):
        start_campaign(broken, executions=Executions())


def test_a_step_is_logged_with_its_campaign_and_the_correlation_id(log_lines: LogLines) -> None:
    handler = step_handler(Step, lambda step: {"said": step.campaign_id})

    assert handler({"campaignId": "c1", "correlationId": "x1"}, CONTEXT) == {"said": "c1"}
    (line,) = log_lines()
    assert (line["message"], line["campaign"], line["correlation_id"]) == ("step", "c1", "x1")


def test_what_a_step_raises_is_for_the_workflow(log_lines: LogLines) -> None:
    def fail(step: Step) -> None:
        raise LookupError("no batch 7")

    with pytest.raises(LookupError, match="no batch 7"):
        step_handler(Step, fail)({"campaignId": "c1", "correlationId": "x1"}, CONTEXT)
    with pytest.raises(msgspec.ValidationError):
        step_handler(Step, fail)({"campaignId": "c1"}, CONTEXT)
