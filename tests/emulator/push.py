"""A push channel that is deployed, and browser tabs with real WebSockets."""

import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from aws_cdk import CfnOutput, RemovalPolicy, Stack
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from constructs_lib.blocks import EventBus, FailureChain, PushChannel
from constructs_lib.primitives import BuildTarget
from tests.emulator.support import Aws
from tests.emulator.synthesised import deploy_constructs
from tests.waiting import PATIENCE, QUIET

FUNCTIONS = ("authorize", "connect", "disconnect", "answer", "accept", "deliver")


@dataclass(frozen=True)
class Tab:
    """One open browser tab."""

    socket: ClientConnection

    def says(self, text: str) -> Any:
        self.socket.send(text)
        return self.hears()

    def hears(self) -> Any:
        return json.loads(self.socket.recv(timeout=PATIENCE))

    def hears_nothing(self) -> bool:
        try:
            self.socket.recv(timeout=QUIET)
        except TimeoutError:
            return True
        return False

    def is_ended(self) -> bool:
        """Wait for the other end to close the connection, whatever it says before."""
        try:
            while True:
                self.socket.recv(timeout=PATIENCE)
        except ConnectionClosed:
            return True
        except TimeoutError:
            return False


class Channel:
    """The deployed channel, its ticket office and the bus in front of it."""

    def __init__(self, aws: Aws, made: dict[str, str]) -> None:
        self.aws, self.made = aws, made
        self.url = f"ws://127.0.0.1:{aws.port}/_aws/execute-api/{made['ApiId']}/live"
        self.dynamodb = aws.client("dynamodb")

    def ticket(self, user: str, *, seconds: float = 60) -> str:
        ticket = secrets.token_urlsafe(32)
        item = {
            "ticketHash": {"S": hashlib.sha256(ticket.encode()).hexdigest()},
            "userId": {"S": user},
            "expiresAt": {"N": str(int(time.time() + seconds))},
        }
        self.dynamodb.put_item(TableName=self.made["Tickets"], Item=item)
        return ticket

    @contextmanager
    def tab(self, user: str, *, after: str | None = None) -> Iterator[Tab]:
        query = f"ticket={self.ticket(user)}" + (f"&after={after}" if after else "")
        with self.opened(f"?{query}") as socket:
            yield Tab(socket)

    def opened(self, query: str) -> AbstractContextManager[ClientConnection]:
        return connect(f"{self.url}{query}", proxy=None, open_timeout=PATIENCE)

    def refusal(self, query: str) -> int:
        """Return the status that a handshake is refused with."""
        with pytest.raises(InvalidStatus) as refused, self.opened(query):
            pass
        return refused.value.response.status_code

    def publish(self, user: str | None, *, event_id: str | None = None, **data: Any) -> None:
        metadata = {"id": event_id or str(uuid4()), "time": "2026-02-03T04:05:06Z", "version": 1}
        entry = {
            "EventBusName": self.made["Bus"],
            "Source": "shop.orders",
            "DetailType": "OrderShipped",
            "Detail": json.dumps({"metadata": metadata, "data": {"userId": user, **data}}),
        }
        answer = self.aws.client("events").put_events(Entries=[entry])
        assert answer["FailedEntryCount"] == 0

    def connections(self, user: str) -> list[str]:
        found = self.dynamodb.query(
            TableName=self.made["Channel"],
            KeyConditionExpression="userId = :user AND begins_with(itemId, :kind)",
            ExpressionAttributeValues={":user": {"S": user}, ":kind": {"S": "connection#"}},
        )
        return [item["itemId"]["S"] for item in found["Items"]]

    def last_number(self, user: str) -> int:
        key = {"userId": {"S": user}, "itemId": {"S": "counter"}}
        found = self.dynamodb.get_item(TableName=self.made["Channel"], Key=key)
        return int(found["Item"]["last"]["N"]) if "Item" in found else 0

    def has_more_than(self, number: int, *, user: str) -> bool:
        return self.last_number(user) > number

    def logs(self) -> str:
        logs = self.aws.client("logs")
        return "".join(
            event["message"]
            for name in FUNCTIONS
            for page in logs.get_paginator("filter_log_events").paginate(
                logGroupName=self.made[f"{name.capitalize()}Logs"]
            )
            for event in page["events"]
        )


def deploy_channel(aws: Aws) -> Channel:
    """Deploy a channel, a bus in front of it and a failure chain behind it."""

    def build(stack: Stack) -> None:
        failures = FailureChain(stack, "Failures")
        bus = EventBus(stack, "Bus", removal_policy=RemovalPolicy.DESTROY)
        push = PushChannel(
            stack,
            "Push",
            failures=failures,
            callback_url=lambda api_id: f"{aws.endpoint}/_aws/execute-api/{api_id}/live",
            removal_policy=RemovalPolicy.DESTROY,
            target=BuildTarget.this_machine(),
        )
        push.subscribe(bus, source="shop.orders", detail_types=["OrderShipped"])
        CfnOutput(stack, "ApiId", value=push.api.api_id)
        CfnOutput(stack, "BusName", value=bus.bus.event_bus_name).override_logical_id("Bus")
        CfnOutput(stack, "T", value=push.tickets.table_name).override_logical_id("Tickets")
        CfnOutput(stack, "C", value=push.table.table_name).override_logical_id("Channel")
        CfnOutput(stack, "FailedUrl", value=failures.queue.queue_url)
        for name in FUNCTIONS:
            log_group = getattr(push, name).log_group
            CfnOutput(stack, f"{name.capitalize()}Logs", value=log_group.log_group_name)

    return Channel(aws, deploy_constructs(aws, "push-channel", build))
