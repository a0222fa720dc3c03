"""Tells customers by HTTP, signed, until they have understood."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from blockwork.local.fakes.place import Place
from blockwork.runtime.webhook_signatures import HEADER, sign

MOST_ATTEMPTS = 25
"""About ten minutes; who has not answered by then may ask."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
"""Seconds; each pause is twice as long as the one before."""
ANSWER_WITHIN = 10.0


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """Something a customer is to be told.

    :param about: what it is about: of each, the customer is told one thing after the other.
    :param times: how often they are told, though they have understood.
    """

    id: str
    about: str
    url: str
    content: Mapping[str, Any]
    times: int = 1


class Webhooks:
    """What customers are told, whatever becomes of the process.

    The body is the content as JSON, with the webhook's `id`, which is the same in each attempt, and
    the attempt's `time`. It is signed as `blockwork.runtime.webhooks` reads it. An answer of 500 or
    more, or none, means that it is told again.

    :param place: of the fake.
    :param secret: the name of the keys that customer and fake share; the first one signs.
    """

    def __init__(self, place: Place, *, secret: str) -> None:
        self._journal = place.journal("webhooks")
        self._keys = place.keys(secret)
        self._known: set[str] = set()
        self._untold: dict[str, list[Webhook]] = {}
        self._telling: dict[str, asyncio.Task[None]] = {}
        self._tried: dict[str, asyncio.Event] = {}
        self._http: httpx.AsyncClient | None = None
        for entry in self._journal.entries():
            self._apply(entry)

    def send(
        self, url: str, content: Mapping[str, Any], *, id_: str, about: str, times: int = 1
    ) -> None:
        """Tell a customer something, soon; the same id is told once, whoever sends it again.

        :param about: what it is about: of each, one thing is told after the other.
        :param times: how often it is told, though it was understood. Default: once.
        """
        if id_ in self._known:
            return
        owed = {"id": id_, "about": about, "url": url, "content": dict(content), "times": times}
        self._note({"owed": owed})
        self._tell(about)

    def resume(self) -> None:
        """Go on with what nobody has taken yet. The fake's `on_start` is the place to call it."""
        for about in list(self._untold):
            self._tell(about)

    async def tried(self, about: str) -> None:
        """Wait until the customer has been told all about it, or has not taken it at least once."""
        for webhook in list(self._untold.get(about, [])):
            await self._tried.setdefault(webhook.id, asyncio.Event()).wait()

    def _note(self, entry: Mapping[str, Any]) -> None:
        self._journal.note(entry)
        self._apply(entry)

    def _apply(self, entry: Mapping[str, Any]) -> None:
        if owed := entry.get("owed"):
            webhook = Webhook(**owed)
            self._known.add(webhook.id)
            self._untold.setdefault(webhook.about, []).append(webhook)
            return
        left = [one for one in self._untold[entry["about"]] if one.id != entry["told"]]
        self._untold[entry["about"]] = left

    def _tell(self, about: str) -> None:
        if self._untold.get(about) and about not in self._telling:
            self._telling[about] = asyncio.create_task(self._tell_all(about))

    async def _tell_all(self, about: str) -> None:
        try:
            while self._untold[about]:
                webhook = self._untold[about][0]
                for _ in range(webhook.times):
                    await self._deliver(webhook)
                self._note({"told": webhook.id, "about": about})
                self._note_tried(webhook)
        finally:
            del self._telling[about]

    async def _deliver(self, webhook: Webhook) -> None:
        pause = FIRST_PAUSE
        for _ in range(MOST_ATTEMPTS):
            if await self._attempt(webhook):
                return
            self._note_tried(webhook)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _attempt(self, webhook: Webhook) -> bool:
        """Send it once, and tell whether it needs no other attempt."""
        keys = self._keys.keys()
        if not keys:
            return False
        # With the time of this attempt: no two are alike, so neither are their signatures.
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        body = json.dumps({"id": webhook.id, **webhook.content, "time": now}).encode()
        headers = {"Content-Type": "application/json", HEADER: sign(keys[0], body, at=time.time())}
        try:
            self._http = self._http or httpx.AsyncClient(trust_env=False, timeout=ANSWER_WITHIN)
            answer = await self._http.post(webhook.url, content=body, headers=headers)
        except httpx.HTTPError:
            return False
        return answer.status_code < 500

    def _note_tried(self, webhook: Webhook) -> None:
        self._tried.setdefault(webhook.id, asyncio.Event()).set()
