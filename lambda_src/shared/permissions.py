"""What somebody may do: actions on resources, and how they travel in the claim of a token.

The compact form of a permission is `action:resource`; the claim `permissions` holds compact forms
separated by single spaces. A `*` stands for any characters, none included, as in IAM.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

CLAIM = "permissions"
# API Gateway takes 10,240 bytes of request line and headers in all (quotas of HTTP APIs). These
# bytes become 5,462 of Base64 in a token whose other claims take about 1,500.
LARGEST_CLAIM = 4096

ACTION = re.compile(r"[A-Za-z0-9_*-]{1,64}")
RESOURCE = re.compile(r"[A-Za-z0-9_*/.-]{1,128}")


class Action(str):
    """What is done: 1 to 64 letters, digits, `_`, `-` and `*`.

    :raises ValueError: for any other text.
    """

    __slots__ = ()
    JSON_SCHEMA: ClassVar[dict[str, object]] = {"pattern": ACTION}

    def __new__(cls, text: str) -> Self:
        """Check the text."""
        if not ACTION.fullmatch(text):
            raise ValueError(f"must be 1 to 64 letters, digits, _, - or *, got {_short(text)!r}")
        return super().__new__(cls, text)


class Resource(str):
    """What it is done to: 1 to 128 letters, digits, `_`, `-`, `.`, `/` and `*`.

    :raises ValueError: for any other text.
    """

    __slots__ = ()
    JSON_SCHEMA: ClassVar[dict[str, object]] = {"pattern": RESOURCE}

    def __new__(cls, text: str) -> Self:
        """Check the text."""
        if not RESOURCE.fullmatch(text):
            raise ValueError(
                f"must be 1 to 128 letters, digits, _, -, ., / or *, got {_short(text)!r}"
            )
        return super().__new__(cls, text)


@dataclass(frozen=True, slots=True)
class Permission:
    """That somebody may do an action to a resource, or all those which the patterns match."""

    action: Action
    resource: Resource

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the compact form.

        :raises ValueError: if it is not one.
        """
        action, colon, resource = text.partition(":")
        if not colon:
            raise ValueError(f"a permission must be `action:resource`, got {_short(text)!r}")
        return cls(Action(action), Resource(resource))

    def __str__(self) -> str:
        """Return the compact form."""
        return f"{self.action}:{self.resource}"

    def allows(self, action: str, resource: str) -> bool:
        """Whether this is enough to do that; a `*` asked for must be allowed as a whole."""
        return _matches(self.action, action) and _matches(self.resource, resource)

    def covers(self, other: "Permission") -> bool:
        """Whether this allows all that `other` allows."""
        # What a pattern's `*` may become, a `*` that stands where it stands takes in whole.
        return self.allows(other.action, other.resource)


def permissions_in(claim: object) -> frozenset[Permission]:
    """Return what a claim grants: nothing at all if it is missing, empty or broken."""
    if not isinstance(claim, str) or not claim:
        return frozenset()
    try:
        return frozenset(map(Permission.parse, claim.split(" ")))
    except ValueError:
        return frozenset()


def claim_of(permissions: Iterable[Permission]) -> str:
    """Return the claim that grants these, in an order that depends on nothing else."""
    return " ".join(sorted(map(str, permissions)))


def _matches(pattern: str, text: str) -> bool:
    """Whether the text fits the pattern, in time linear in the text for each part of the pattern.

    No regular expression: the ones that `*` turns into can take exponential time.
    """
    first, *parts = pattern.split("*")
    if not parts:
        return pattern == text
    if not text.startswith(first):
        return False
    at = len(first)
    for part in parts[:-1]:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(text) - at >= len(parts[-1]) and text.endswith(parts[-1])


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
