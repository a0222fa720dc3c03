"""Sends campaigns, mail by mail, and goes on where a process that was killed has stopped."""

import asyncio
from collections.abc import Callable, Sequence

from blockwork.local.fakes import Webhooks
from tools.providers.campaign_mail import compose, refusal
from tools.providers.campaigns import (
    FAILED,
    MAILED,
    PENDING,
    SENT,
    Batch,
    Campaign,
    Campaigns,
    Recipient,
)

PENDING_CALLBACKS = 3


class Mailing:
    """The provider's hands.

    :param mail: puts a mail into a mailbox.
    """

    def __init__(
        self,
        campaigns: Campaigns,
        mail: Callable[[Sequence[str], bytes], str],
        webhooks: Webhooks,
    ) -> None:
        self._campaigns = campaigns
        self._put_into_mailbox = mail
        self._webhooks = webhooks
        self._running: dict[str, asyncio.Task[None]] = {}

    def resume(self) -> None:
        """Go on with all that a provider before this one has not ended."""
        self._webhooks.resume()
        for campaign in self._campaigns.all():
            if campaign.status == PENDING:
                self.start(campaign)

    def start(self, campaign: Campaign) -> asyncio.Task[None]:
        """Send a campaign in the background, and return what ends when that does."""
        task = self._running[campaign.id] = asyncio.create_task(self._send(campaign))
        task.add_done_callback(lambda _: self._running.pop(campaign.id, None))
        return task

    async def _send(self, campaign: Campaign) -> None:
        """Send as the run says: `seconds` are spread over the mails, and what is said between."""
        mode, times = campaign.run["mode"], campaign.run["times"]
        fails = mode == "fail" and (times is None or campaign.failures < times)
        parts = PENDING_CALLBACKS if mode == "pending" else 1
        seconds = campaign.run["seconds"] / parts
        for part in range(parts):
            if mode == "pending":
                self._turn(campaign, PENDING)
            waiting = campaign.waiting()
            share = len(waiting) // 2 if fails else len(waiting) // (parts - part)
            if not share:
                await asyncio.sleep(seconds)
            for batch, recipient in waiting[:share]:
                await asyncio.sleep(seconds / share)
                if campaign.status != PENDING:  # cancelled
                    return
                self._mail(campaign, batch, recipient)
        self._turn(campaign, FAILED if fails else SENT)

    def _mail(self, campaign: Campaign, batch: Batch, recipient: Recipient) -> None:
        """Mail first: whoever comes after a kill between the two mails the same mail again."""
        outcome = refusal(recipient)
        if outcome is None:
            self._put_into_mailbox([recipient.email], compose(campaign, batch, recipient))
        self._campaigns.settle(campaign, batch, recipient, outcome or MAILED)

    def _turn(self, campaign: Campaign, status: str) -> None:
        """Say it first: whoever comes after a kill between the two says the same once more."""
        if campaign.status != PENDING:
            return
        sequence = campaign.sequence + 1
        content = {
            "campaign": campaign.id,
            "status": status,
            "mailed": campaign.mailed,
            "sequence": sequence,
        }
        if campaign.run["mode"] != "silent":
            self._webhooks.send(
                campaign.callback_url,
                content,
                id_=f"evt_{campaign.id}_{sequence}",
                about=campaign.id,
                times=2 if campaign.run["mode"] == "twice" else 1,
            )
        self._campaigns.turn(campaign, status)
