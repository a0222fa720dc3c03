"""One JSON line for each thing that happened, never with a ticket or with what a message says."""

import json
from datetime import UTC, datetime


def log(message: str, *, level: str = "INFO", **facts: object) -> None:
    """Write a line; Lambda filters by the level and the time in it (AWS Lambda, JSON logs)."""
    timestamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = {"timestamp": timestamp, "level": level, "message": message, **facts}
    print(json.dumps(line), flush=True)
