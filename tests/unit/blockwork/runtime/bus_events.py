"""Events as EventBridge delivers them."""

from typing import Any

import msgspec

from blockwork.runtime.envelope import Envelope


def delivered(envelope: Envelope[Any], *, replay: str | None = None) -> dict[str, Any]:
    """Return what a rule's target gets."""
    event: dict[str, Any] = {
        "version": "0",
        "id": "eventbridge-1",
        "detail-type": envelope.name,
        "source": envelope.source,
        "account": "000000000000",
        "time": "2026-03-01T09:30:00Z",
        "region": "eu-west-2",
        "resources": [],
        "detail": msgspec.json.decode(envelope.to_detail()),
    }
    if replay:
        event["replay-name"] = replay
    return event
