"""What an e-mail provider remembers: campaigns, who gets their mails, and what became of each.

All of it is what its journal says, read from the beginning: a provider that was killed knows what
it knew, and goes on there.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from blockwork.local.fakes import Journal

READY, PENDING, SENT, FAILED, CANCELLED = "ready", "pending", "sent", "failed", "cancelled"
MAILED = "mailed"


class OtherRequestError(ValueError):
    """The idempotency key belongs to a request that was different."""


class TooLateError(ValueError):
    """The campaign takes no more of this; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Somebody who is to get one mail.

    :param reference: what the customer calls them.
    """

    reference: str
    email: str
    unsubscribe_url: str


@dataclass(kw_only=True)
class Batch:
    """Recipients that were handed over together.

    :param outcomes: `mailed`, or why not, by reference; who is not in it is waiting.
    """

    key: str
    recipients: tuple[Recipient, ...]
    outcomes: dict[str, str] = field(default_factory=dict)

    def waiting(self) -> list[Recipient]:
        """Return who has no outcome yet."""
        return [one for one in self.recipients if one.reference not in self.outcomes]


@dataclass(kw_only=True)
class Campaign:
    """A campaign as it stands.

    :param key: the customer's idempotency key.
    :param run: how it was to be sent the last time: `mode`, `seconds` and `times`.
    :param failures: how often sending has failed.
    :param sequence: how many statuses sending has come to.
    """

    id: str
    key: str
    subject: str
    text: str
    callback_url: str
    status: str = READY
    batches: dict[str, Batch] = field(default_factory=dict)
    run: dict[str, Any] = field(default_factory=dict)
    failures: int = 0
    sequence: int = 0
    mailed: int = 0
    rejected: int = 0

    def waiting(self) -> list[tuple[Batch, Recipient]]:
        """Return who has no outcome yet, with the batch they came in."""
        return [(batch, one) for batch in self.batches.values() for one in batch.waiting()]


class Campaigns:
    """Every campaign there was.

    :param file: the journal, made when it is needed.
    """

    def __init__(self, file: Path) -> None:
        self._journal = Journal(file)
        self._campaigns: dict[str, Campaign] = {}
        self._by_key: dict[str, Campaign] = {}
        for entry in self._journal.entries():
            self._apply(**entry)

    def all(self) -> list[Campaign]:
        """Return every campaign, the oldest first."""
        return list(self._campaigns.values())

    def find(self, campaign_id: str) -> Campaign | None:
        """Return a campaign, if there is one."""
        return self._campaigns.get(campaign_id)

    def create(
        self, key: str, *, subject: str, text: str, callback_url: str
    ) -> tuple[Campaign, bool]:
        """Keep a campaign once for its key, and return it and whether it is new.

        :raises OtherRequestError: if the key was used for another one.
        """
        if known := self._by_key.get(key):
            if (known.subject, known.text, known.callback_url) != (subject, text, callback_url):
                raise OtherRequestError(f"{key} was used for another campaign, {known.id}")
            return known, False
        campaign_id = f"cmp_{uuid4().hex}"
        self._note(
            "created",
            campaign_id,
            key=key,
            subject=subject,
            text=text,
            callback_url=callback_url,
        )
        return self._campaigns[campaign_id], True

    def hand_over(
        self, campaign: Campaign, key: str, recipients: Sequence[Recipient]
    ) -> tuple[Batch, bool]:
        """Keep recipients once for the key, and return them and whether they are new.

        :raises OtherRequestError: if the key was used for others.
        :raises TooLateError: if sending has begun or was cancelled, and the key is new.
        """
        if known := campaign.batches.get(key):
            if known.recipients != tuple(recipients):
                raise OtherRequestError(f"{key} was used for another batch of {campaign.id}")
            return known, False
        if campaign.status not in (READY, FAILED):
            raise TooLateError(f"{campaign.id} takes no more recipients: it is {campaign.status}")
        self._note("batch", campaign.id, key=key, recipients=[vars(one) for one in recipients])
        return campaign.batches[key], True

    def begin(self, campaign: Campaign, *, mode: str, seconds: float, times: int | None) -> bool:
        """Send it, or go on after it has failed; tell whether that was not so already.

        :raises TooLateError: if it was cancelled.
        """
        if campaign.status == CANCELLED:
            raise TooLateError(f"{campaign.id} is not sent any more: it is cancelled")
        if campaign.status in (PENDING, SENT):
            return False
        self._note("begun", campaign.id, mode=mode, seconds=seconds, times=times)
        return True

    def cancel(self, campaign: Campaign) -> None:
        """Mail nothing any more; what has been sent stays sent."""
        if campaign.status not in (SENT, CANCELLED):
            self._note("cancelled", campaign.id)

    def settle(self, campaign: Campaign, batch: Batch, recipient: Recipient, outcome: str) -> None:
        """Note what became of a recipient, once and for all."""
        self._note("settled", campaign.id, key=batch.key, of=recipient.reference, outcome=outcome)

    def turn(self, campaign: Campaign, status: str) -> None:
        """Note a status that sending has come to."""
        self._note("turned", campaign.id, status=status)

    def _note(self, kind: str, campaign: str, **more: object) -> None:
        # As JSON first, so that what is known now and what is read later are the same.
        entry = json.loads(json.dumps({"kind": kind, "campaign": campaign, **more}))
        self._journal.note(entry)
        self._apply(**entry)

    def _apply(self, *, kind: str, campaign: str, **more: Any) -> None:  # noqa: ANN401 -- JSON
        if kind == "created":
            made = Campaign(id=campaign, **more)
            self._campaigns[made.id] = self._by_key[made.key] = made
            return
        known = self._campaigns[campaign]
        match kind:
            case "batch":
                recipients = tuple(Recipient(**one) for one in more["recipients"])
                known.batches[more["key"]] = Batch(key=more["key"], recipients=recipients)
            case "begun":
                known.status, known.run = PENDING, more
            case "cancelled":
                known.status = CANCELLED
            case "settled":
                known.batches[more["key"]].outcomes[more["of"]] = more["outcome"]
                was_mailed = more["outcome"] == MAILED
                known.mailed += was_mailed
                known.rejected += not was_mailed
            case "turned":
                known.status = more["status"]
                known.failures += known.status == FAILED
                known.sequence += 1
