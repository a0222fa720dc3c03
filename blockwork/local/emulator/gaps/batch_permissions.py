"""Who may send messages may send several at once.

AWS knows no permission of SQS's batches: `SendMessageBatch` is allowed as `sqs:SendMessage`, and
the other two as what they do (Amazon SQS, "API permissions: actions and resource reference"). Stock
asks for `sqs:SendMessageBatch`, which no policy for AWS names. Closed by naming what is done.
"""

from typing import Any

from ministack.core import iam_actions

BATCHES = {
    f"sqs:{action}Batch": f"sqs:{action}"
    for action in ("SendMessage", "DeleteMessage", "ChangeMessageVisibility")
}


def close() -> None:
    """Say of a batch what it does to each message."""
    stock_action = iam_actions.extract_iam_action

    def action(*asked: Any, **more: Any) -> str | None:
        named: str | None = stock_action(*asked, **more)
        return BATCHES.get(named, named) if named else named

    iam_actions.extract_iam_action = action
