"""A failure chain's queue in SQS."""

import contextlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from blockwork.failures.hand import MOST_A_CALL, Depth, QueueError
from blockwork.failures.messages import Message

COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
WAIT_SECONDS = 1  # any wait makes SQS ask all of its servers; without, it asks some


class SqsQueue:
    """Receives from an SQS queue, hides, gives back and deletes.

    :param client: a boto3 client of SQS.
    :param url: of the queue.
    :param arn: of the queue. Default: nobody asks for it.
    """

    def __init__(self, client: Any, url: str, arn: str = "") -> None:  # noqa: ANN401 -- made at run time
        self.arn = arn
        self._client = client
        self._url = url

    @classmethod
    def of(cls, client: Any, arn: str) -> Self | None:  # noqa: ANN401 -- made at run time
        """Return the queue of an ARN, or None if there is none any more."""
        *_, account, name = arn.split(":")
        try:
            found = client.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)
        except client.exceptions.QueueDoesNotExist:
            return None
        return cls(client, found["QueueUrl"], arn)

    def depth(self) -> Depth:
        """Count its messages, nearly: SQS needs up to a minute to count right."""
        answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=list(COUNTS))
        visible, hidden = (int(answer["Attributes"][name]) for name in COUNTS)
        date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        at = parsedate_to_datetime(date) if date else datetime.now(UTC)
        return Depth(visible=visible, hidden=hidden, at=at)

    def receive(self, hidden_seconds: int) -> list[Message]:
        """Wait a second for up to ten messages, and hide them for a while."""
        answer = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=MOST_A_CALL,
            VisibilityTimeout=hidden_seconds,
            WaitTimeSeconds=WAIT_SECONDS,
            MessageSystemAttributeNames=["SentTimestamp", "DeadLetterQueueSourceArn"],
            MessageAttributeNames=["All"],
        )
        return [_message(received) for received in answer.get("Messages", [])]

    def hide(self, messages: list[Message], seconds: int) -> None:
        """Hide received messages for so long from now on; 0 puts them back.

        That may fail for some: they show again when the time is up for which they are hidden.
        """
        entries = [
            {"Id": str(n), "ReceiptHandle": message.receipt, "VisibilityTimeout": seconds}
            for n, message in enumerate(messages)
        ]
        with contextlib.suppress(BotoCoreError, ClientError):
            self._client.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)

    def delete(self, message: Message) -> None:
        """Delete a received message.

        :raises QueueError: if that cannot be done.
        """
        try:
            self._client.delete_message(QueueUrl=self._url, ReceiptHandle=message.receipt)
        except (BotoCoreError, ClientError) as error:
            raise QueueError(f"the message could not be deleted: {error}") from error


def _message(received: dict[str, Any]) -> Message:
    typed = received.get("MessageAttributes", {})
    return Message(
        id=received["MessageId"],
        receipt=received["ReceiptHandle"],
        body=received["Body"],
        sent_at=datetime.fromtimestamp(int(received["Attributes"]["SentTimestamp"]) / 1000, UTC),
        attributes={
            name: value["StringValue"] for name, value in typed.items() if "StringValue" in value
        },
        sent_with=typed,
        moved_from=received["Attributes"].get("DeadLetterQueueSourceArn"),
    )
