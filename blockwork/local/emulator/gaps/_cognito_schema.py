"""The schema of a user pool, and which of its attributes a client may write and read."""

import re
from typing import Any

from ministack.services import cognito

Pool = dict[str, Any]
Schema = dict[str, dict[str, Any]]

NEVER_WRITTEN = {"sub", "email_verified", "phone_number_verified"}
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
PHONE = re.compile(r"\+[0-9]{3,18}")
CUSTOM = ("custom:", "dev:")


def schema_of(pool: Pool) -> Schema:
    """Return the rule of each attribute by its name."""
    attributes = cognito._ensure_schema_attributes(pool)["SchemaAttributes"]
    return {attribute["Name"]: attribute for attribute in attributes}


def writable(pool: Pool, client_id: str) -> set[str]:
    """Return what the users of a client may write: the standard attributes unless it says so."""
    chosen = (pool["_clients"].get(client_id) or {}).get("WriteAttributes")
    return (set(chosen) if chosen else _standard(pool)) - NEVER_WRITTEN


def readable(pool: Pool, client_id: str) -> set[str]:
    """Return what the users of a client may read: the standard attributes unless it says so."""
    chosen = (pool["_clients"].get(client_id) or {}).get("ReadAttributes")
    return set(chosen) if chosen else _standard(pool)


def unfit_client(pool: Pool, settings: dict[str, Any]) -> str | None:
    """Tell which of a client's lists Cognito refuses: `write`, `read`, or none.

    A client must be allowed to write all that is required.
    """
    schema = schema_of(pool)
    required = {name for name, rule in schema.items() if rule["Required"]} - NEVER_WRITTEN
    writes, reads = (set(settings.get(f"{kind}Attributes") or []) for kind in ("Write", "Read"))
    if writes and (writes & NEVER_WRITTEN or writes - set(schema) or required - writes):
        return "write"
    return "read" if reads - set(schema) else None


def misfit(rule: dict[str, Any], value: str) -> str | None:
    """Return why a value does not fit the rule of its attribute."""
    name, kind = rule["Name"], rule["AttributeDataType"]
    lengths = rule.get("StringAttributeConstraints") or {}
    if kind == "String" and not (
        int(lengths.get("MinLength") or 0) <= len(value) <= int(lengths.get("MaxLength") or 2048)
    ):
        return f"String must have {lengths.get('MinLength')} to {lengths.get('MaxLength')} letters"
    if name == "email" and not EMAIL.fullmatch(value):
        return "Invalid email address format."
    if name == "phone_number" and not PHONE.fullmatch(value):
        return "Invalid phone number format."
    if kind == "Boolean" and value.lower() not in ("true", "false"):
        return "Boolean must be true or false"
    if kind == "Number" and not re.fullmatch(r"-?[0-9]+", value):
        return "Number must be a whole number"
    return None


def _standard(pool: Pool) -> set[str]:
    return {name for name in schema_of(pool) if not name.startswith(CUSTOM)}
