"""Where AWS's own services leave what they could not get rid of: topics and queues."""

from collections.abc import Mapping

from ministack.core.responses import get_account_id
from ministack.services import sns, sqs


def send(arn: str, body: str, attributes: Mapping[str, str] | None = None) -> None:
    """Send a message to a topic or a queue.

    :param attributes: of the message, all of them strings. Default: none.
    :raises ValueError: if there is no such topic or queue.
    """
    typed = {
        name: {"DataType": "String", "StringValue": value}
        for name, value in (attributes or {}).items()
    }
    service, name = arn.split(":")[2], arn.rsplit(":", 1)[-1]
    if service == "sns":
        if sns.publish_internal(arn, body, message_attributes=typed) is None:
            raise ValueError(f"topic {arn} does not exist")
    elif service == "sqs" and sqs._queue_by_arn(arn):
        url = sqs._queue_name_to_url[name]
        sqs._act_send_message({"MessageBody": body, "MessageAttributes": typed}, url)
    else:
        raise ValueError(f"{arn} is no topic or queue of account {get_account_id()}")
