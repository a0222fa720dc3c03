"""What an account holds that a stage has made."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.stages.account import Account

Listing = Callable[[Any], Iterator[str]]


def inventory(account: Account) -> dict[str, list[str]]:
    """Return names by service, without what the bootstrap has made."""
    found = {service: sorted(named(account.client(service))) for service, named in HELD.items()}
    return {
        service: [name for name in names if "cdk-" not in name and "CDKToolkit" not in name]
        for service, names in found.items()
    }


def paged(operation: str, key: str, name: str | None, **request: Any) -> Listing:
    """Return how to list one kind of thing; `name` is the field to tell, None: it is a text."""

    def listing(client: Any) -> Iterator[str]:
        for page in client.get_paginator(operation).paginate(**request):
            for one in page.get(key, []):
                yield one[name] if name else one

    return listing


def buses(client: Any) -> Iterator[str]:
    yield from (
        bus["Name"] for bus in client.list_event_buses()["EventBuses"] if bus["Name"] != "default"
    )
    yield from (archive["ArchiveName"] for archive in client.list_archives()["Archives"])


def buckets(client: Any) -> Iterator[str]:
    yield from (bucket["Name"] for bucket in client.list_buckets()["Buckets"])


def keys(client: Any) -> Iterator[str]:
    """Yield the keys that are not about to be deleted: AWS takes a week at least for that."""
    for key in paged("list_keys", "Keys", "KeyId")(client):
        described = client.describe_key(KeyId=key)["KeyMetadata"]
        if described["KeyState"] != "PendingDeletion" and described["KeyManager"] == "CUSTOMER":
            yield key
    yield from (
        alias["AliasName"]
        for alias in client.list_aliases()["Aliases"]
        if not alias["AliasName"].startswith("alias/aws/")
    )


HELD: dict[str, Listing] = {
    "apigatewayv2": paged("get_apis", "Items", "Name"),
    "cloudwatch": paged("describe_alarms", "MetricAlarms", "AlarmName"),
    "cognito-idp": paged("list_user_pools", "UserPools", "Name", MaxResults=10),
    "dynamodb": paged("list_tables", "TableNames", None),
    "events": buses,
    "iam": paged("list_roles", "Roles", "RoleName"),
    "kms": keys,
    "lambda": paged("list_functions", "Functions", "FunctionName"),
    "logs": paged("describe_log_groups", "logGroups", "logGroupName"),
    "s3": buckets,
    "scheduler": paged("list_schedules", "Schedules", "Name"),
    "secretsmanager": paged("list_secrets", "SecretList", "Name"),
    "ses": paged("list_identities", "Identities", None),
    "sns": paged("list_topics", "Topics", "TopicArn"),
    "sqs": paged("list_queues", "QueueUrls", None),
}

FORGETS_BY_ITSELF = "Once"
"""Tables of this name remember hashes of events for a while, so that none has its effect twice."""


def contents(account: Account) -> dict[str, list[str]]:
    """Return all users, items and objects, by where they are."""
    tables, storage = account.client("dynamodb"), account.client("s3")
    found = {"users": sorted(users(account.client("cognito-idp")))}
    for table in paged("list_tables", "TableNames", None)(tables):
        if FORGETS_BY_ITSELF not in table:
            items = tables.get_paginator("scan").paginate(TableName=table)
            found[table] = sorted(repr(item) for page in items for item in page["Items"])
    for bucket in buckets(storage):
        found[bucket] = list(
            paged("list_object_versions", "Versions", "Key", Bucket=bucket)(storage)
        )
    return found


def users(client: Any) -> Iterator[str]:
    for pool in paged("list_user_pools", "UserPools", "Id", MaxResults=10)(client):
        yield from paged("list_users", "Users", "Username", UserPoolId=pool)(client)
