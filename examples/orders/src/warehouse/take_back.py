"""A parcel has come back: count it. A label that cannot be read raises, as any handler may."""

import json
from typing import Any

from warehouse.counting import count


def handler(event: dict[str, Any], _context: object) -> None:
    """Take the messages of the queue one by one, as they come without the runtime kit."""
    for record in event["Records"]:
        count(json.loads(record["body"])["orderId"], "returns")
