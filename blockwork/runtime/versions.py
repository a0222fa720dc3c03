"""Versions of what may be replaced, so that nobody overwrites what they have not seen.

Whatever is written gets a new version; a writer may say which ones they have seen (RFC 9110,
section 13.1.1), and the store compares and writes in one step.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

UNWRITTEN = "0"
"""The version of what was never written, or written before there were versions."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a writer has seen.

    :param versions: one of them must be there; None for any, as long as there is something.
    """

    versions: frozenset[str] | None

    def covers(self, version: str | None) -> bool:
        """Whether it may be overwritten: the version that is there, None if there is nothing."""
        if version is None:
            return False
        return self.versions is None or version in self.versions


class OutdatedError(Exception):
    """A writer has seen something else than what is there.

    :param current: what is there; None if there is nothing.
    """

    def __init__(self, current: object = None) -> None:
        super().__init__(
            "nothing was written: it has changed since you read it. Compare `current` with what you"
            " wanted, and repeat the request with its ETag in If-Match to overwrite it"
        )
        self.current = current


def new_version() -> str:
    """Return one that nothing has had before."""
    return uuid.uuid4().hex


def condition(seen: Seen, *, key: str) -> tuple[str, dict[str, Any]]:
    """Return DynamoDB's condition that the attribute `version` was seen, and values.

    :param key: an attribute of the item's key, which is there if the item is.
    """
    if seen.versions is None:
        return f"attribute_exists({key})", {}
    # A version that no item has, so that there is always one to compare with.
    values = {f":seen{n}": {"S": one} for n, one in enumerate(sorted(seen.versions) or ["-"])}
    was_seen = f"version IN ({', '.join(values)})"
    if UNWRITTEN in seen.versions:
        was_seen = f"(attribute_not_exists(version) OR {was_seen})"
    return was_seen, values


def was_repeated(refusal: Mapping[str, Any]) -> bool:
    """Whether botocore had no answer at first: what is refused may have been done by then.

    :param refusal: the response of the `ConditionalCheckFailedException`.
    """
    return bool(refusal.get("ResponseMetadata", {}).get("RetryAttempts"))


def item_there(refusal: Mapping[str, object]) -> dict[str, Any] | None:
    """Return the item that did not meet a condition, where its `ALL_OLD` was asked for.

    :param refusal: the response of the `ConditionalCheckFailedException`.
    """
    return cast(dict[str, Any] | None, refusal.get("Item"))
