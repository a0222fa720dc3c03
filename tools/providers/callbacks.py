"""Tells customers of the e-mail provider by HTTP, signed, until they have understood."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

import httpx

from blockwork.runtime.webhook_signatures import HEADER, sign
from tools.providers.campaigns import Callback, Campaign, Campaigns

MOST_ATTEMPTS = 25
"""About ten minutes; who has not answered by then may ask for the status."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
ANSWER_WITHIN = 10.0
TWICE = "twice"


class Callbacks:
    """What is told of each campaign, one thing after the other.

    :param keys: returns the keys that customer and provider share, the one to sign with first.
    """

    def __init__(self, campaigns: Campaigns, keys: Callable[[], list[str]]) -> None:
        self._campaigns = campaigns
        self._keys = keys
        self._telling: dict[str, asyncio.Task[None]] = {}
        self._tried: dict[str, asyncio.Event] = {}
        self._http: httpx.AsyncClient | None = None

    def tell(self, campaign: Campaign) -> None:
        """See to it that the customer is told all that they have not been told yet."""
        if campaign.untold and campaign.id not in self._telling:
            task = asyncio.create_task(self._tell(campaign))
            self._telling[campaign.id] = task

    async def tried(self, campaign: Campaign) -> None:
        """Wait until the customer has been told all, or has not taken it at least once."""
        for callback in list(campaign.untold):
            await self._tried.setdefault(callback.id, asyncio.Event()).wait()

    async def _tell(self, campaign: Campaign) -> None:
        try:
            while campaign.untold:
                callback = campaign.untold[0]
                for _ in range(2 if campaign.run.get("mode") == TWICE else 1):
                    await self._deliver(campaign, callback)
                self._campaigns.told(campaign, callback)
                self._note_tried(callback)
        finally:
            del self._telling[campaign.id]

    async def _deliver(self, campaign: Campaign, callback: Callback) -> None:
        pause = FIRST_PAUSE
        for _ in range(MOST_ATTEMPTS):
            if await self._attempt(campaign, callback):
                return
            self._note_tried(callback)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _attempt(self, campaign: Campaign, callback: Callback) -> bool:
        """Send a callback once, and tell whether it needs no other attempt."""
        keys = self._keys()
        if not keys:
            return False
        # With the time of this attempt: no two are alike, so neither are their signatures.
        content = {
            "id": callback.id,
            "campaign": campaign.id,
            "status": callback.status,
            "mailed": callback.mailed,
            "sequence": callback.sequence,
            "time": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        }
        body = json.dumps(content).encode()
        headers = {
            "Content-Type": "application/json",
            HEADER: sign(keys[0], body, at=time.time()),
        }
        try:
            self._http = self._http or httpx.AsyncClient(trust_env=False, timeout=ANSWER_WITHIN)
            answer = await self._http.post(campaign.callback_url, content=body, headers=headers)
        except httpx.HTTPError:
            return False
        return answer.status_code < 500

    def _note_tried(self, callback: Callback) -> None:
        self._tried.setdefault(callback.id, asyncio.Event()).set()
