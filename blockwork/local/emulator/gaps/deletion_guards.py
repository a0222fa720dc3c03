"""What is full or protected is not deleted.

AWS deletes no bucket that holds an object or a version, and no table or user pool whose deletion
protection is on, whoever asks: the deletion fails, and with it CloudFormation's (DELETE_FAILED,
ROLLBACK_FAILED). Stock's CloudFormation deletes all three, and drops the protection of a global
table's replica from the template. Closed by looking before CloudFormation deletes, and by setting
that protection.
"""

from collections.abc import Callable
from typing import Any

from ministack.services import cognito, dynamodb, s3
from ministack.services.cloudformation import provisioners

from blockwork.local.emulator.gaps._hooks import Properties, after_provisioning

TABLES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")


def close() -> None:
    """Guard each of them."""
    after_provisioning(TABLES[1], _protect_table, on=("create", "update"))
    _guard("AWS::S3::Bucket", _why_bucket_stays)
    for table in TABLES:
        _guard(table, _why_table_stays)
    _guard("AWS::Cognito::UserPool", _why_pool_stays)


def _guard(resource_type: str, why_it_stays: Callable[[str], str | None]) -> None:
    handlers = dict(provisioners._RESOURCE_HANDLERS[resource_type])
    stock = handlers["delete"]

    def delete(name: str, properties: Properties) -> Any:
        if reason := why_it_stays(name):
            raise ValueError(reason)
        return stock(name, properties)

    handlers["delete"] = delete
    provisioners._RESOURCE_HANDLERS[resource_type] = handlers


def _why_bucket_stays(name: str) -> str | None:
    bucket = s3._buckets.get(name)
    if bucket and (bucket["objects"] or s3._bucket_has_versions(name)):
        return f"The bucket {name} is not empty: delete all its objects and versions"
    return None


def _why_table_stays(name: str) -> str | None:
    if (dynamodb._tables.get(name) or {}).get("DeletionProtectionEnabled"):
        return "Resource cannot be deleted as it is currently protected against deletion."
    return None


def _why_pool_stays(name: str) -> str | None:
    if (cognito._user_pools.get(name) or {}).get("DeletionProtection") == "ACTIVE":
        return "The user pool cannot be deleted because deletion protection is activated."
    return None


def _protect_table(name: str, properties: Properties) -> None:
    replicas = properties.get("Replicas") or [{}]
    wanted = replicas[0].get("DeletionProtectionEnabled", False)
    dynamodb._tables[name]["DeletionProtectionEnabled"] = str(wanted).lower() == "true"
