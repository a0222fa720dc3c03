"""AWS::Events::Archive.

AWS makes an archive that keeps the events of a bus for replays; its description, pattern, retention
and key change in place, its name and its source replace it. Stock knows the API and refuses any
template that has the resource. Closed by a resource handler that calls that API.
"""

import json
from typing import Any

from ministack.services import eventbridge
from ministack.services.cloudformation import provisioners

from blockwork.local.emulator.gaps._hooks import Properties

ARCHIVE = "AWS::Events::Archive"


def close() -> None:
    """Register the resource type."""
    provisioners._RESOURCE_HANDLERS[ARCHIVE] = {
        "create": _create,
        "update": _update,
        "update_with_logical_id": True,
        "delete": _delete,
    }


def _create(logical_id: str, properties: Properties, stack: str) -> tuple[str, dict[str, str]]:
    # AWS allows 48 characters.
    name = properties.get("ArchiveName") or provisioners._physical_name(
        stack, logical_id, max_len=48
    )
    source = {"ArchiveName": name, "EventSourceArn": properties["SourceArn"]}
    made = _call(eventbridge._create_archive, {**source, **_settings(properties)})
    return name, {"Arn": made["ArchiveArn"], "ArchiveName": name}


def _update(
    name: str, old: Properties, new: Properties, stack: str, logical_id: str
) -> tuple[str, dict[str, str]]:
    if any(old.get(key) != new.get(key) for key in ("ArchiveName", "SourceArn")):
        _delete(name, old)
        return _create(logical_id, new, stack)
    changed = _call(eventbridge._update_archive, {"ArchiveName": name, **_settings(new)})
    return name, {"Arn": changed["ArchiveArn"], "ArchiveName": name}


def _delete(name: str, _properties: Properties) -> None:
    eventbridge._delete_archive({"ArchiveName": name})


def _settings(properties: Properties) -> dict[str, Any]:
    pattern = properties.get("EventPattern")
    return {
        "Description": properties.get("Description", ""),
        "EventPattern": json.dumps(pattern) if pattern else "",
        "RetentionDays": int(properties.get("RetentionDays", 0)),
        "KmsKeyIdentifier": properties.get("KmsKeyIdentifier", ""),
    }


def _call(operation: Any, request: dict[str, Any]) -> dict[str, Any]:
    status, _, body = operation(request)
    answer: dict[str, Any] = json.loads(body)
    if status >= 400:
        raise ValueError(f"{ARCHIVE} {request['ArchiveName']}: {answer.get('message')}")
    return answer
