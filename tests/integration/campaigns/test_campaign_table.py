"""The campaigns' table: each method is one step, and may be repeated."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from campaigns.adapters.campaign_table import CampaignTable
from campaigns.domain.accounting import Outcome
from campaigns.domain.campaign import Campaign, CampaignStatus, Reason
from campaigns.domain.campaigns import (
    Batch,
    NumbersMovedError,
    UnknownCallbackError,
    UnknownCampaignError,
)

from tests.unit.lambda_src.campaigns.fakes import NOW, campaign

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SENDING, SENT = CampaignStatus.SENDING, CampaignStatus.SENT
LATER = NOW + timedelta(minutes=1)
FIRST = Batch(number=1, user_ids=("u1", "u2"), before=0, next_token="u2")
SECOND = Batch(number=2, user_ids=("u3",), before=2, next_token=None)
ONE_OF_TWO = Outcome(mailed=1, not_mailed={Reason.REJECTED: 1})


def start(table: CampaignTable, campaign_id: str = "c1", key: str | None = None) -> Campaign:
    return table.start(campaign(campaign_id), user_id="admin", key=key)


def start_sending(table: CampaignTable) -> Campaign:
    start(table)
    for batch in (FIRST, SECOND):
        table.add_batch("c1", batch)
    return table.freeze("c1", recipients=3, batches=2, now=LATER)


def test_a_campaign_is_kept_as_it_is(table: CampaignTable) -> None:
    assert start(table) == table.get("c1") == campaign()
    assert start(table) == campaign()
    with pytest.raises(UnknownCampaignError):
        table.get("c2")


def test_a_key_stands_for_the_campaign_it_began(table: CampaignTable) -> None:
    first = start(table, "c1", key="k1")

    assert start(table, "c2", key="k1") == first
    with pytest.raises(UnknownCampaignError):
        table.get("c2")
    assert start(table, "c3", key="k2").campaign_id == "c3"
    other = table.start(campaign("c4"), user_id="another", key="k1")
    assert other.campaign_id == "c4"


def test_pages_have_every_campaign_once_newest_first(table: CampaignTable) -> None:
    for number in range(5):
        start(table, f"c{number}", key=f"k{number}")
    first = table.page(limit=3, after=None)
    second = table.page(limit=3, after=first.last_id)

    shown = [one.campaign_id for one in first.campaigns + second.campaigns]
    assert shown == ["c4", "c3", "c2", "c1", "c0"]
    assert second.last_id is None


def test_batches_are_kept_once_and_in_their_order(table: CampaignTable) -> None:
    assert table.last_batch("c1") is None
    table.add_batch("c1", FIRST)
    table.add_batch("c1", replace(FIRST, user_ids=("u9",)))
    assert table.last_batch("c1") == FIRST
    table.add_batch("c1", SECOND)

    assert table.last_batch("c1") == SECOND
    assert table.batch("c1", 1) == FIRST
    with pytest.raises(LookupError, match="no batch 3"):
        table.batch("c1", 3)


def test_the_audience_is_frozen_once(table: CampaignTable) -> None:
    frozen = start_sending(table)

    assert (frozen.status, frozen.recipients, frozen.batches) == (SENDING, 3, 2)
    assert table.freeze("c1", recipients=9, batches=9, now=NOW) == frozen


def test_the_provider_s_id_leads_to_the_campaign(table: CampaignTable) -> None:
    start(table)
    for _ in range(2):
        table.link("c1", provider_id="p1")

    assert table.by_provider_id("p1") == table.get("c1")
    assert table.get("c1").provider_id == "p1"
    with pytest.raises(UnknownCallbackError):
        table.by_provider_id("p2")


def test_who_had_left_at_the_hand_over_is_written_down_once(table: CampaignTable) -> None:
    start_sending(table)
    table.settle("c1", 1, left={"u1": Reason.UNSUBSCRIBED})
    table.settle("c1", 1, left={"u2": Reason.DELETED})

    assert table.batch("c1", 1) == replace(FIRST, settled=True, left={"u1": Reason.UNSUBSCRIBED})


def test_all_outcomes_are_read_or_none(table: CampaignTable) -> None:
    start_sending(table)
    table.record("c1", 1, ONE_OF_TWO)
    with pytest.raises(LookupError, match=r"no outcome of batches \[2\]"):
        list(table.outcomes("c1", batches=2))
    table.record("c1", 2, Outcome(mailed=1))

    assert list(table.outcomes("c1", batches=2)) == [ONE_OF_TWO, Outcome(mailed=1)]
    assert list(table.outcomes("c1", batches=0)) == []


def test_the_number_of_mailed_rises_only_and_not_too_far(table: CampaignTable) -> None:
    start(table)
    table.note_mailed("c1", 1)
    assert table.get("c1").mailed == 0
    start_sending(table)
    for mailed in (2, 1, 4):
        table.note_mailed("c1", mailed)

    assert table.get("c1").mailed == 2


def test_a_campaign_ends_once_with_numbers_that_do_not_fall(table: CampaignTable) -> None:
    start_sending(table)
    table.note_mailed("c1", 2)
    with pytest.raises(NumbersMovedError):
        table.end("c1", SENT, outcome=ONE_OF_TWO, reason=None, now=LATER)
    all_of_them = Outcome(mailed=2, not_mailed={Reason.REJECTED: 1})
    table.end("c1", CampaignStatus.FAILED, outcome=all_of_them, reason="why", now=LATER)
    ended = table.get("c1")
    table.end("c1", SENT, outcome=Outcome(mailed=3), reason=None, now=NOW)
    table.note_mailed("c1", 3)

    assert table.get("c1") == ended
    assert (ended.status, ended.reason) == (CampaignStatus.FAILED, "why")
    assert (ended.mailed, ended.not_mailed) == (2, {Reason.REJECTED: 1})


def test_the_first_wish_to_stop_counts_until_it_is_over(table: CampaignTable) -> None:
    start_sending(table)

    assert table.request_cancel("c1", now=NOW).cancel_requested_at == NOW
    assert table.request_cancel("c1", now=LATER).cancel_requested_at == NOW
    with pytest.raises(UnknownCampaignError):
        table.request_cancel("c2", now=NOW)
    start(table, "c3")
    table.freeze("c3", recipients=0, batches=0, now=NOW)
    table.end("c3", SENT, outcome=Outcome(), reason=None, now=NOW)
    assert not table.request_cancel("c3", now=NOW).is_cancelled


def test_nothing_that_is_kept_has_an_address(
    table: CampaignTable, client: "DynamoDBClient"
) -> None:
    start_sending(table)
    table.settle("c1", 1, left={})

    assert "@" not in repr(client.scan(TableName="campaigns")["Items"])
