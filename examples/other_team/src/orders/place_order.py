"""POST /orders: tell everybody that an order was placed."""

import json
import os
from typing import Any

import boto3

events = boto3.client("events")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Put what the customer sent on the bus as one event."""
    order = json.loads(event["body"])
    answer = events.put_events(
        Entries=[
            {
                "EventBusName": os.environ["EVENT_BUS_NAME"],
                "Source": "shop.orders",
                "DetailType": "OrderPlaced",
                "Detail": json.dumps(order),
            }
        ]
    )
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"the bus refused the order: {answer['Entries'][0]['ErrorMessage']}")
    return {"statusCode": 202}
