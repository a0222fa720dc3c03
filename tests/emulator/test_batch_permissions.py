import json

from tests.emulator.principals import client_of_somebody, denied
from tests.emulator.support import Aws

ENTRIES = [{"Id": str(number), "MessageBody": json.dumps(number)} for number in range(3)]


def test_who_may_send_a_message_may_send_several_at_once_and_nobody_else(aws: Aws) -> None:
    url = aws.client("sqs").create_queue(QueueName="batches")["QueueUrl"]
    queue = {"Resource": "arn:aws:sqs:eu-west-2:000000000000:batches"}
    sender = client_of_somebody(aws, "sqs", {"Action": "sqs:SendMessage", **queue})
    reader = client_of_somebody(aws, "sqs", {"Action": "sqs:DeleteMessage", **queue})

    assert len(sender.send_message_batch(QueueUrl=url, Entries=ENTRIES)["Successful"]) == 3
    with denied():
        reader.send_message_batch(QueueUrl=url, Entries=ENTRIES)
