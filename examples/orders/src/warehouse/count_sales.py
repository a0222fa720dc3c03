"""The tills have sold something: count it, and report the first sale that cannot be read."""

import base64
import json
from typing import Any

from warehouse.counting import count


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer as Lambda documents it for streams (`batchItemFailures`)."""
    for record in event["Records"]:
        try:
            sale = json.loads(base64.b64decode(record["kinesis"]["data"]))
            count(sale["article"], "sold", by=sale["pieces"])
        except (KeyError, ValueError):
            number = record["kinesis"]["sequenceNumber"]
            return {"batchItemFailures": [{"itemIdentifier": number}]}
    return {"batchItemFailures": []}
