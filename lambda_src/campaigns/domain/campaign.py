"""A campaign: one mail to everybody who wants the newsletter, and what has become of it.

::

    PREPARING ──► SENDING ──► SENT         the provider has mailed all that it took
        │            ├──────► FAILED       it came to nothing, as a whole or in part: `reason`
        └────────────┴──────► CANCELLED    somebody stopped it; what was mailed until then, stays

Its numbers never lie: `mailed` is never more than `recipients` and never falls, and at the end
`recipients` is what was mailed and what was not, each with its reason.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Self

LONGEST_SUBJECT = 200
LONGEST_TEXT = 20_000


class Subject(str):
    """The subject of a mail: one line of 1 to 200 characters.

    :raises ValueError: for any other text.
    """

    __slots__ = ()
    JSON_SCHEMA: ClassVar[dict[str, object]] = {"minLength": 1, "maxLength": LONGEST_SUBJECT}

    def __new__(cls, text: str) -> Self:
        """Check the text: a line break would begin another header (RFC 5322, section 2.2)."""
        if not 1 <= len(text) <= LONGEST_SUBJECT or not text.strip():
            raise ValueError(
                f"must be 1 to {LONGEST_SUBJECT} characters, not only spaces, got {len(text)}"
            )
        if not text.isprintable():
            raise ValueError("must be one line, without control characters")
        return super().__new__(cls, text)


class Text(str):
    """What a mail says: 1 to 20,000 characters, as plain text.

    :raises ValueError: for any other text.
    """

    __slots__ = ()
    JSON_SCHEMA: ClassVar[dict[str, object]] = {"minLength": 1, "maxLength": LONGEST_TEXT}

    def __new__(cls, text: str) -> Self:
        """Check the text."""
        if len(text) > LONGEST_TEXT or not text.strip():
            raise ValueError(
                f"must be 1 to {LONGEST_TEXT} characters, not only spaces, got {len(text)}"
            )
        if any(not character.isprintable() and character not in "\n\r\t" for character in text):
            raise ValueError("must be plain text: no control characters but tab and line breaks")
        return super().__new__(cls, text)


class CampaignStatus(StrEnum):
    """How far a campaign has come. It never goes back, and the last three are its ends."""

    PREPARING = "PREPARING"
    SENDING = "SENDING"
    SENT = "SENT"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def is_final(self) -> bool:
        """Whether nothing will happen to the campaign any more."""
        return self not in (CampaignStatus.PREPARING, CampaignStatus.SENDING)


class Reason(StrEnum):
    """Why somebody in the audience got no mail."""

    UNSUBSCRIBED = "UNSUBSCRIBED"
    DELETED = "DELETED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


NOBODY: Mapping[Reason, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign as it is kept.

    :param status_since: when its status changed last, in UTC.
    :param correlation_id: that of the request which began it.
    :param recipients: how many were in the audience when it was frozen; 0 until then.
    :param batches: into how many batches that was.
    :param mailed: how many have been mailed, as far as the provider has said.
    :param not_mailed: how many were not, by reason; nobody until the campaign is over.
    :param provider_id: what the provider calls it; None until the provider knows of it.
    :param cancel_requested_at: when somebody wanted it to stop first.
    :param reason: why it has failed, for people to read.
    """

    campaign_id: str
    subject: Subject
    text: Text
    status: CampaignStatus
    status_since: datetime
    created_at: datetime
    correlation_id: str
    recipients: int = 0
    batches: int = 0
    mailed: int = 0
    not_mailed: Mapping[Reason, int] = field(default_factory=lambda: NOBODY)
    provider_id: str | None = None
    cancel_requested_at: datetime | None = None
    reason: str | None = None

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody wants it to stop."""
        return self.cancel_requested_at is not None


def new_campaign_id(now: datetime, random_hex: Callable[[int], str] = secrets.token_hex) -> str:
    """Return an id of 32 hexadecimal digits that sorts by time, as UUID version 7 does.

    :param random_hex: returns twice as many random digits as it is told. Default: secrets.
    """
    return f"{int(now.timestamp() * 1000):012x}{random_hex(10)}"
