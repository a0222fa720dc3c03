"""A failure chain's queue, against moto's SQS."""

import json
import threading
from collections.abc import Iterator

import pytest
from moto import mock_aws

from blockwork.deployed import DeployedStage
from blockwork.failures.hand import Hand
from blockwork.failures.messages import Failure
from blockwork.failures.redrive import redrive
from blockwork.failures.sqs_queue import SqsQueue


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[DeployedStage]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield DeployedStage("dev")


@pytest.fixture
def queue(stage: DeployedStage) -> SqsQueue:
    client = stage.client("sqs")
    return SqsQueue(client, client.create_queue(QueueName="failures")["QueueUrl"])


def put(stage: DeployedStage, count: int) -> None:
    url = stage.client("sqs").get_queue_url(QueueName="failures")["QueueUrl"]
    for n in range(count):
        body = {"requestContext": {"functionArn": "f"}, "requestPayload": n}
        stage.client("sqs").send_message(
            QueueUrl=url,
            MessageBody=json.dumps(body),
            MessageAttributes={"ERROR_CODE": {"DataType": "String", "StringValue": "E"}},
        )


def test_looking_at_a_queue_leaves_every_message_in_it(
    stage: DeployedStage, queue: SqsQueue
) -> None:
    put(stage, 25)

    with Hand(queue) as hand:
        seen = list(hand.take(at_least=25))

    assert len({message.id for message in seen}) == 25
    assert seen[0].attributes == {"ERROR_CODE": "E"}
    assert (queue.depth().visible, queue.depth().hidden) == (25, 0)


def test_a_redrive_deletes_what_went_well(stage: DeployedStage, queue: SqsQueue) -> None:
    put(stage, 12)
    ran: list[object] = []

    def run(failure: Failure) -> None:
        ran.append(failure.payload)

    result = redrive(queue, run, stop=threading.Event())

    assert str(result) == "12 redriven, 0 failed, 0 left"
    assert sorted(map(str, ran)) == sorted(map(str, range(12)))
    assert (queue.depth().visible, queue.depth().hidden) == (0, 0)
