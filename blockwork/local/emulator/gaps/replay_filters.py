"""A replay reaches the rules it names, and no other.

AWS sends replayed events to the rules of Destination.FilterArns only, if there are any
(https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ReplayDestination.html). Stock
keeps them and sends to every rule. Closed in front of the targets.
"""

from typing import Any

from ministack.services import eventbridge


def close() -> None:
    """Leave out what a replay does not name."""
    stock = eventbridge._invoke_target

    def invoke(target: Any, event: dict[str, Any], source: dict[str, Any], *view: Any) -> None:
        replay = eventbridge._replays.get(event.get("ReplayName")) or {}
        wanted = (replay.get("Destination") or {}).get("FilterArns")
        if not wanted or source["Arn"] in wanted:
            stock(target, event, source, *view)

    eventbridge._invoke_target = invoke
