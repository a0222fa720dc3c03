"""Metrics of SQS queues.

AWS publishes how many messages of a queue are visible and in flight, and how old the oldest is,
every minute (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/
sqs-available-cloudwatch-metrics.html). Stock publishes nothing, so no alarm on a queue can fire.
Closed by counting every METRIC_SECONDS (10), so that an alarm is seen sooner than on AWS.
"""

import os
import time
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import sqs

from blockwork.local.emulator.gaps._hooks import repeat
from blockwork.local.emulator.gaps._metrics import publish


def close() -> None:
    """Start counting."""
    repeat(_publish, every=float(os.environ.get("METRIC_SECONDS", "10")))


def _publish() -> None:
    for (account, region, url), queue in sqs._queues.all_items():
        with request_scope(account, region):
            publish("AWS/SQS", {"QueueName": url.rsplit("/", 1)[-1]}, _measure(queue))


def _measure(queue: dict[str, Any]) -> dict[str, tuple[float, str]]:
    now = time.time()
    messages = list(queue["messages"])
    waiting = [message for message in messages if message["visible_at"] <= now]
    oldest = max((now - message["sent_at"] for message in messages), default=0.0)
    return {
        "ApproximateNumberOfMessagesVisible": (len(waiting), "Count"),
        "ApproximateNumberOfMessagesNotVisible": (len(messages) - len(waiting), "Count"),
        "ApproximateAgeOfOldestMessage": (oldest, "Seconds"),
    }
