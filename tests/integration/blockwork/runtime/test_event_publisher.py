import json

import boto3
import pytest
from shared.events import UserSignedUp

from blockwork.runtime.envelope import Envelope, read_event
from blockwork.runtime.event_publisher import EventPublisher


def test_an_event_reaches_the_targets_of_a_rule_as_it_was_told(aws: pytest.MonkeyPatch) -> None:
    aws.setenv("EVENT_BUS_NAME", "platform")
    queue = boto3.client("sqs").create_queue(QueueName="seen")["QueueUrl"]
    events = boto3.client("events")
    events.create_event_bus(Name="platform")
    events.put_rule(
        Name="signed-up",
        EventBusName="platform",
        EventPattern=json.dumps(
            {"source": ["blockwork.identity"], "detail-type": ["UserSignedUp"]}
        ),
    )
    events.put_targets(
        Rule="signed-up",
        EventBusName="platform",
        Targets=[{"Id": "queue", "Arn": "arn:aws:sqs:eu-west-2:123456789012:seen"}],
    )
    told = [
        Envelope.of(UserSignedUp(user_id=f"u{number}", email="ada@example.com"), correlation_id="c")
        for number in range(12)
    ]

    EventPublisher.from_environment().publish(*told)

    sqs = boto3.client("sqs")
    seen = []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        seen += [read_event(json.loads(message["Body"]), UserSignedUp) for message in messages]
    assert sorted(seen, key=lambda envelope: envelope.metadata.time) == told
