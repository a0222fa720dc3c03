"""A tap on a bus: a temporary rule with a queue behind it."""

import json
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Self

from blockwork.deployed import DeployedStage
from blockwork.events.pattern import Pattern

NAME = re.compile(r"blockwork-tap-(\d+)-[0-9a-f]+")
MOST_A_CALL = 10
LONGEST_POLL_SECONDS = 20


class Tap:
    """Copies the events that match a pattern to a queue of its own, as long as the block runs.

    Rule and queue are named after the time until which they may be there. What a killed process
    leaves behind is removed by the next tap after that time.

    :param stage: whose bus.
    :param bus: the bus's name.
    :param pattern: which events.
    :param seconds: how long it may be there.
    """

    def __init__(self, stage: DeployedStage, bus: str, pattern: Pattern, *, seconds: int) -> None:
        self._events = stage.client("events")
        self._sqs = stage.client("sqs")
        self._bus = bus
        self._pattern = pattern
        self._seconds = seconds
        self._name = f"blockwork-tap-{int(time.time()) + seconds}-{secrets.token_hex(4)}"
        self._cleanup = ExitStack()
        self._url = ""
        self.rule_arn = ""

    def __enter__(self) -> Self:
        """Make the rule and the queue."""
        self._remove_leftovers()
        with ExitStack() as half_made:
            self._make(half_made)
            self._cleanup = half_made.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Remove them."""
        self._cleanup.close()

    def events(self, seconds: float) -> Iterator[dict[str, Any]]:
        """Wait for events for so long, and give each that has come; it is gone afterwards."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            answer = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=MOST_A_CALL,
                WaitTimeSeconds=int(min(LONGEST_POLL_SECONDS, max(1, left))),
            )
            for message in answer.get("Messages", []):
                yield json.loads(message["Body"])
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])

    def _make(self, cleanup: ExitStack) -> None:
        rule = {"Name": self._name, "EventBusName": self._bus}
        self.rule_arn = self._events.put_rule(
            **rule,
            EventPattern=json.dumps(self._pattern),
            Description="Temporary: somebody watches events with Blockwork's command line",
        )["RuleArn"]
        cleanup.callback(self._events.delete_rule, **rule)
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": "*",
            "Condition": {"ArnEquals": {"aws:SourceArn": self.rule_arn}},
        }
        self._url = self._sqs.create_queue(
            QueueName=self._name,
            Attributes={
                "MessageRetentionPeriod": str(max(60, self._seconds)),
                "Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            },
        )["QueueUrl"]
        cleanup.callback(self._sqs.delete_queue, QueueUrl=self._url)
        attributes = self._sqs.get_queue_attributes(
            QueueUrl=self._url, AttributeNames=["QueueArn"]
        )["Attributes"]
        self._events.put_targets(
            Rule=self._name,
            EventBusName=self._bus,
            Targets=[{"Id": "tap", "Arn": attributes["QueueArn"]}],
        )
        cleanup.callback(
            self._events.remove_targets, Rule=self._name, EventBusName=self._bus, Ids=["tap"]
        )

    def _remove_leftovers(self) -> None:
        rules = self._events.list_rules(EventBusName=self._bus, NamePrefix="blockwork-tap-")
        for name in (rule["Name"] for rule in rules["Rules"]):
            if is_over(name, time.time()):
                rule = {"Rule": name, "EventBusName": self._bus}
                self._events.remove_targets(**rule, Ids=["tap"])
                self._events.delete_rule(Name=name, EventBusName=self._bus)
        queues = self._sqs.list_queues(QueueNamePrefix="blockwork-tap-").get("QueueUrls", [])
        for url in queues:
            if is_over(url.rsplit("/", 1)[-1], time.time()):
                self._sqs.delete_queue(QueueUrl=url)


def is_over(name: str, now: float) -> bool:
    """Tell whether a name is a tap's whose time is over; `now` in seconds since the epoch."""
    found = NAME.fullmatch(name)
    return found is not None and int(found[1]) < now
