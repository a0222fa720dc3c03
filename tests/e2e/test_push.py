"""What the platform tells browsers: everything to those concerned, once, nothing to others."""

import asyncio
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.conftest import NewAccount, Tokens, aws, outputs, sign_in_by_srp
from tests.e2e.crowd import Crowd, Tab, eventually
from tests.waiting import settled

USERS, TABS, EVENTS = 40, 5, 5
CUT_OFF = 50
MOST_ENTRIES = 10
"""Of one call of PutEvents (EventBridge, quotas)."""


@pytest.fixture(scope="module")
def signed_in(config: dict[str, Any], new_account: NewAccount) -> dict[str, Tokens]:
    """Return the tokens of many customers, and of one to whom nothing happens, by their ids."""
    accounts = [new_account("customers") for _ in range(USERS + 1)]
    with ThreadPoolExecutor(4) as pool:
        tokens = pool.map(lambda who: sign_in_by_srp(config, who.email, who.password), accounts)
        return {account.user_id: token for account, token in zip(accounts, tokens, strict=True)}


def publish(platform: dict[str, Any], users: list[str]) -> Counter[str]:
    """Put an event on the bus for each, and return how many each is concerned by."""
    bus = outputs(platform, "Local-Foundation")["EventBusName"]
    entries = [
        {"EventBusName": bus, "Source": "blockwork.support", "DetailType": "TaskOpened"}
        | {"Detail": json.dumps(task_opened(user_id))}
        for user_id in users
    ]
    events = aws(platform, "events")
    for start in range(0, len(entries), MOST_ENTRIES):
        answer = events.put_events(Entries=entries[start : start + MOST_ENTRIES])
        assert answer["FailedEntryCount"] == 0
    return Counter(users)


def task_opened(user_id: str) -> dict[str, Any]:
    event_id = uuid4().hex
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "metadata": {"id": event_id, "correlationId": event_id, "time": now, "version": 1},
        "data": {"taskId": event_id, "userId": user_id},
    }


def ids(first: int, last: int) -> list[str]:
    return [f"{number:012}" for number in range(first, last + 1)]


def tasks(tab: Tab) -> list[str]:
    return [message["data"]["taskId"] for message in tab.heard if "data" in message]


def connections_of(platform: dict[str, Any], users: list[str]) -> int:
    """Return how many connections the platform believes these users to have."""
    names = aws(platform, "cloudformation").get_paginator("list_stack_resources")
    (table,) = (
        item["PhysicalResourceId"]
        for page in names.paginate(StackName="Local-Notifications")
        for item in page["StackResourceSummaries"]
        if item["LogicalResourceId"].startswith("PushChannel")
        and item["ResourceType"] == "AWS::DynamoDB::GlobalTable"
    )
    pages = aws(platform, "dynamodb").get_paginator("query")
    return sum(
        page["Count"]
        for user_id in users
        for page in pages.paginate(
            TableName=table,
            Select="COUNT",
            KeyConditionExpression="userId = :user AND begins_with(itemId, :kind)",
            ExpressionAttributeValues={":user": {"S": user_id}, ":kind": {"S": "connection#"}},
        )
    )


def test_200_connections_get_their_events_once_in_order_and_survive_that_50_are_cut_off(
    platform: dict[str, Any], config: dict[str, Any], signed_in: dict[str, Tokens]
) -> None:
    asyncio.run(crowd_scene(platform, config, signed_in))


async def crowd_scene(
    platform: dict[str, Any], config: dict[str, Any], signed_in: dict[str, Tokens]
) -> None:
    *users, bystander = signed_in
    crowd = Crowd(config, signed_in)
    (idle,) = await crowd.open([(bystander, None)])
    tabs = await crowd.open((user_id, None) for _ in range(TABS) for user_id in users)
    assert connections_of(platform, users) == len(tabs) == 200

    await asyncio.to_thread(publish, platform, users * EVENTS)
    await eventually(
        lambda: [len(tab.ids) for tab in tabs], until=lambda heard: min(heard) >= EVENTS
    )
    for tab in tabs:
        assert tab.ids == ids(1, EVENTS)
        assert {message["data"]["userId"] for message in tab.heard} == {tab.user_id}
    assert len({task for tab in tabs for task in tasks(tab)}) == len(users) * EVENTS
    assert all(tasks(tab) == tasks(tabs[index % USERS]) for index, tab in enumerate(tabs))

    gone, there = tabs[:CUT_OFF], tabs[CUT_OFF:]
    for tab in gone:
        tab.cut_off()
    await asyncio.to_thread(publish, platform, users)
    await eventually(
        lambda: [len(tab.ids) for tab in there], until=lambda heard: min(heard) > EVENTS
    )
    await eventually(
        lambda: connections_of(platform, users), until=lambda open_: open_ == len(there)
    )

    back = await crowd.open((tab.user_id, tab.ids[-1]) for tab in gone)
    await asyncio.gather(*(tab.resume() for tab in back))
    await eventually(lambda: [len(tab.ids) for tab in back], until=all)
    await asyncio.to_thread(settled, lambda: [len(tab.ids) for tab in (*there, *back)])
    assert {tuple(tab.ids) for tab in back} == {tuple(ids(EVENTS + 1, EVENTS + 1))}
    assert {tuple(tab.ids) for tab in there} == {tuple(ids(1, EVENTS + 1))}
    assert idle.heard == []

    await crowd.close([*there, *back, idle])
    await eventually(
        lambda: connections_of(platform, list(signed_in)), until=lambda open_: open_ == 0
    )
