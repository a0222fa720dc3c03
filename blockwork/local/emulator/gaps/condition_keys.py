"""Policies may name the items, attributes and sources that a request is about.

AWS fills condition keys from the request: `dynamodb:Attributes` with every attribute that it names,
be it to read, to write, as a key or in a condition, `dynamodb:LeadingKeys` with the partition keys,
`dynamodb:Select` where items are read and `dynamodb:ReturnValues` where they are written (DynamoDB,
"Using IAM policy conditions for fine-grained access control"), for each item of a transaction by
itself; `events:source` and `events:detail-type` with those of all entries (EventBridge, "Using IAM
policy conditions"). Stock knows projected attributes and `Select` only, the latter of writes too,
and nothing of events: a policy with these conditions refuses what AWS allows, and the other way
round. Closed by a resource that brings the keys of the request along (`_conditions`).
"""

import json
from collections.abc import Callable
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import dynamodb

from blockwork.local.emulator.gaps._conditions import Resource
from blockwork.local.emulator.gaps._table_requests import Members, batched, condition_keys

READS = ("GetItem", "BatchGetItem", "Query", "Scan")


def close() -> None:
    """Let requests say what they are about, and policies ask for it."""
    iam_evaluator.enforce = _asking_the_resource(iam_evaluator.enforce)
    iam_actions.dynamodb_resource_arns = _tables
    iam_actions.dynamodb_transaction_checks = _transaction
    stock = iam_actions.eventbridge_resource_arns
    iam_actions.eventbridge_resource_arns = lambda body, *place: [
        Resource(arn, _event_keys(body)) for arn in stock(body, *place)
    ]


def _asking_the_resource(stock: Callable[..., Any]) -> Callable[..., Any]:
    def enforce(
        access_key: str,
        action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        keys = dict(service_context or {})
        if isinstance(resource_arn, Resource):
            keys |= resource_arn.keys
        if service == "dynamodb":
            reads = action.removeprefix("dynamodb:") in READS
            keys.pop("dynamodb:ReturnValues" if reads else "dynamodb:Select", None)
        return stock(access_key, action, service, region, resource_arn, keys)

    return enforce


def _tables(body: bytes, region: str, account_id: str) -> list[str]:
    """Return the tables of a request that is no transaction."""
    request = _read(body)
    if name := request.get("TableName"):
        suffix = f"/index/{request['IndexName']}" if request.get("IndexName") else ""
        return [_table(name, [request], region, account_id, suffix)]
    parts = request.get("RequestItems") or {}
    return [_table(name, batched(part), region, account_id) for name, part in parts.items()]


def _transaction(action: str, body: bytes, region: str, account_id: str) -> list[tuple[str, str]]:
    """Return the single action and table of each item of a transaction."""
    if action not in ("dynamodb:TransactWriteItems", "dynamodb:TransactGetItems"):
        return []
    return [
        (single, _table(members["TableName"], [members], region, account_id))
        for item in _read(body).get("TransactItems") or []
        for kind, single in iam_actions._DYNAMODB_TRANSACT_ITEM_ACTIONS.items()
        if (members := item.get(kind))
    ]


def _table(
    name: str, operations: list[Members], region: str, account_id: str, suffix: str = ""
) -> Resource:
    table = dynamodb._tables.get(name.rsplit("/", 1)[-1]) or {}
    arn = iam_actions._dynamodb_table_arn(name, region, account_id)
    return Resource(arn + suffix, condition_keys(operations, table.get("pk_name")))


def _event_keys(body: bytes) -> dict[str, Any]:
    entries = _read(body)["Entries"]
    return {
        key: _one_or_all({entry[member] for entry in entries if member in entry})
        for key, member in (("events:source", "Source"), ("events:detail-type", "DetailType"))
    }


def _one_or_all(values: set[str]) -> str | list[str] | None:
    """Return a single value as such: of several, `StringEquals` without a quantifier takes none."""
    return next(iter(values)) if len(values) == 1 else sorted(values) or None


def _read(body: bytes) -> dict[str, Any]:
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return {}
    return request if isinstance(request, dict) else {}
