"""Time to live and point-in-time recovery of a DynamoDB table made by CloudFormation.

AWS applies TimeToLiveSpecification and PointInTimeRecoverySpecification (a global table has the
latter in each replica). Stock drops both from the template, though its API knows them. Closed by
setting them through that API once the table is made or changed.
"""

import json
from typing import Any

from ministack.services import dynamodb

from blockwork.local.emulator.gaps._hooks import Properties, after_provisioning


def close() -> None:
    """Apply both settings."""
    for resource_type in ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"):
        after_provisioning(resource_type, _apply, on=("create", "update"))


def _apply(table: str, properties: Properties) -> None:
    expiry = properties.get("TimeToLiveSpecification") or {}
    attribute = expiry.get("AttributeName") or _attribute_now(table)
    if attribute:
        enabled = bool(expiry) and _true(expiry.get("Enabled", True))
        specification = {"Enabled": enabled, "AttributeName": attribute}
        _call(dynamodb._update_ttl, table, {"TimeToLiveSpecification": specification})

    replicas = properties.get("Replicas") or [properties]
    recovery = replicas[0].get("PointInTimeRecoverySpecification") or {}
    wanted = _true(recovery.get("PointInTimeRecoveryEnabled", False))
    specification = {"PointInTimeRecoveryEnabled": wanted}
    _call(
        dynamodb._update_continuous_backups,
        table,
        {"PointInTimeRecoverySpecification": specification},
    )


def _attribute_now(table: str) -> str:
    # UpdateTimeToLive wants the attribute's name even to switch it off.
    return str((dynamodb._ttl_settings.get(table) or {}).get("AttributeName", ""))


def _true(value: object) -> bool:
    return str(value).lower() == "true"


def _call(operation: Any, table: str, request: dict[str, Any]) -> None:
    status, _, body = operation({"TableName": table, **request})
    if status >= 400:
        raise ValueError(f"table {table}: {json.loads(body).get('message')}")
