"""A global table without a name keeps its items when its template changes.

AWS changes AWS::DynamoDB::GlobalTable (the CDK's TableV2) in place. Stock loses the table's logical
id on the way to its update, works out another generated name, and so replaces the table with an
empty one. Closed by telling the update the name the table has.
"""

from typing import Any

from ministack.services.cloudformation import provisioners

from blockwork.local.emulator.gaps._hooks import Properties

GLOBAL_TABLE = "AWS::DynamoDB::GlobalTable"


def close() -> None:
    """Keep the generated name."""
    handlers = dict(provisioners._RESOURCE_HANDLERS[GLOBAL_TABLE])
    stock = handlers["update"]

    def update(name: str, old: Properties, new: Properties, stack: str) -> Any:
        return stock(name, old, {**new, "TableName": new.get("TableName") or name}, stack)

    handlers["update"] = update
    provisioners._RESOURCE_HANDLERS[GLOBAL_TABLE] = handlers
