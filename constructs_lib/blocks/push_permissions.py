"""What each function of a push channel may do to which attributes of its items."""

from constructs_lib.primitives import PythonFunction, Table

COUNTER = ("last",)
CONNECTION = ("cursor", "connectedAt", "expiresAt")
DELIVERY = ("cursor", "failures")
RESUME = ("askedAt", "expiresAt")
MESSAGE = ("type", "time", "data", "expiresAt")
"""The attributes of each kind of item, as `push_channel.channel_table` writes it."""


def allow_functions(tickets: Table, table: Table, functions: dict[str, PythonFunction]) -> None:
    """Let each function name the attributes of those items that it is for.

    :param functions: by their entries.
    """
    tickets.grant_attributes(
        functions["authorize"],
        "dynamodb:DeleteItem",
        attributes=["expiresAt"],
        return_values=["ALL_OLD"],
    )
    for entry, action, attributes in (
        ("connect", "GetItem", COUNTER),
        ("connect", "Query", (*CONNECTION, *DELIVERY)),
        ("connect", "UpdateItem", (*CONNECTION, *RESUME)),
        ("disconnect", "DeleteItem", ()),
        ("answer", "UpdateItem", RESUME),
        ("accept", "GetItem", COUNTER),
        ("accept", "UpdateItem", (*COUNTER, *MESSAGE)),
        ("deliver", "Query", (*CONNECTION, *DELIVERY, *MESSAGE)),
        ("deliver", "UpdateItem", (*DELIVERY, *RESUME)),
        ("deliver", "DeleteItem", ()),
    ):
        table.grant_attributes(functions[entry], f"dynamodb:{action}", attributes=attributes)
