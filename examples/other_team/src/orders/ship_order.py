"""OrderPlaced: ship it. An order that cannot be shipped ends in the failure chain."""

from typing import Any


def handler(event: dict[str, Any], _context: object) -> None:
    """Ship one order to its address."""
    order = event["detail"]
    print(f"shipped order {order['orderId']} to {order['address']}")
