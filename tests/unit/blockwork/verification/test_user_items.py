"""What tables keep of users is deleted, with what comes late, and nobody else's."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from blockwork.verification import StillWrittenError, UserItems

STACKS = {
    "Dev-Orders": {"orders": [("userId", "HASH"), ("orderId", "RANGE")], "hash": [("id", "HASH")]},
    "Dev-News": {"news": [("userId", "HASH")]},
    "Staging-Orders": {"other": [("userId", "HASH")]},
}


class Clock:
    """Goes on when somebody waits, and lets something happen then."""

    def __init__(self) -> None:
        self.now = 0.0
        self.happens: Callable[[float], None] = lambda _: None

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.happens(self.now)


class Aws:
    """Stands for CloudFormation and DynamoDB."""

    def __init__(self) -> None:
        self.items: list[tuple[str, dict[str, str]]] = []
        self.tables = {name: keys for tables in STACKS.values() for name, keys in tables.items()}

    def get_paginator(self, operation: str) -> "_Pages":
        return _Pages(getattr(self, operation))

    def describe_stacks(self) -> dict[str, Any]:
        return {"Stacks": [{"StackName": name} for name in STACKS]}

    def list_stack_resources(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        kinds = dict.fromkeys(STACKS[StackName], "AWS::DynamoDB::GlobalTable")
        kinds["function"] = "AWS::Lambda::Function"
        return {
            "StackResourceSummaries": [
                {"ResourceType": kind, "PhysicalResourceId": name} for name, kind in kinds.items()
            ]
        }

    def describe_table(self, *, TableName: str) -> dict[str, Any]:  # noqa: N803
        keys = [{"AttributeName": n, "KeyType": k} for n, k in self.tables[TableName]]
        return {"Table": {"KeySchema": keys}}

    def query(self, **request: Any) -> dict[str, Any]:
        user = request["ExpressionAttributeValues"][":user"]["S"]
        names = request["ExpressionAttributeNames"].values()
        return {
            "Items": [
                {name: {"S": item[name]} for name in names}
                for table, item in self.items
                if table == request["TableName"] and item["userId"] == user
            ]
        }

    def delete_item(self, *, TableName: str, Key: dict[str, dict[str, str]]) -> None:  # noqa: N803
        key = {name: value["S"] for name, value in Key.items()}
        assert set(key) == {name for name, _ in self.tables[TableName]}
        self.items = [
            (table, item)
            for table, item in self.items
            if table != TableName or not key.items() <= item.items()
        ]


class _Pages:
    def __init__(self, ask: Callable[..., dict[str, Any]]) -> None:
        self._ask = ask

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        yield self._ask(**request)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("blockwork.verification.user_items.time.monotonic", clock.monotonic)
    return clock


def forget(aws: Aws, clock: Clock, *user_ids: str) -> None:
    UserItems(aws, aws, stacks="Dev-", pause=clock.sleep).forget(user_ids)


def test_items_of_these_users_go_and_nobody_elses(clock: Clock) -> None:
    aws = Aws()
    order = {"orderId": "1", "text": "x"}
    mine = [
        ("orders", {"userId": "me", **order}),
        ("orders", {"userId": "me", **order, "orderId": "2"}),
        ("news", {"userId": "me"}),
        ("orders", {"userId": "another of these", **order}),
    ]
    others = [("orders", {"userId": "you", **order}), ("other", {"userId": "me"})]
    aws.items = [*mine, *others]

    forget(aws, clock, "me", "another of these")

    assert aws.items == others


def test_what_comes_late_goes_too(clock: Clock) -> None:
    aws = Aws()
    late = [4.0, 8.0]

    def write(now: float) -> None:
        if late and now >= late[0]:
            late.pop(0)
            aws.items.append(("news", {"userId": "me"}))

    clock.happens = write
    forget(aws, clock, "me")

    assert (aws.items, late) == ([], [])


def test_what_is_written_for_ever_is_said(clock: Clock) -> None:
    aws = Aws()
    clock.happens = lambda _: aws.items.append(("news", {"userId": "me"}))

    with pytest.raises(
        StillWrittenError, match=r"items of me come again .* orders, news: find out"
    ):
        forget(aws, clock, "me")
