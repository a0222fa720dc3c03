"""Something has changed in the stock: count how often, article by article."""

from typing import Any

from warehouse.counting import count


def handler(event: dict[str, Any], _context: object) -> None:
    """Raise at the first record that makes no sense; Lambda halves the batch until it is alone."""
    changes = [record["dynamodb"]["NewImage"] for record in event["Records"]]
    if any(int(change["pieces"]["N"]) < 0 for change in changes):
        raise ValueError("there cannot be less than nothing")
    for change in changes:
        count(change["article"]["S"], "changes")
