"""What is asked again with the same key is done once, and answered alike."""

import asyncio
import hashlib
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from dataclasses import replace

from blockwork.local.fakes.http import Answer, RefusedError, Request
from blockwork.local.fakes.journal import Journal

HEADER = "idempotency-key"
LONGEST_KEY = 200


def idempotency_key(request: Request) -> str:
    """Return the key by which a request is known to be the same.

    :raises RefusedError: with 400, if there is none, or one that no path could hold.
    """
    key = request.headers.get(HEADER, "")
    if not 1 <= len(key) <= LONGEST_KEY or "/" in key:
        raise RefusedError(
            400,
            f"Idempotency-Key must be 1 to {LONGEST_KEY} characters without /, got {key[:220]!r}",
        )
    return key


class Once:
    """Answers of requests that must be done once, by method, path and key.

    :param journal: keeps them.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._kept = {entry["request"]: entry for entry in journal.entries()}
        self._asking: dict[str, asyncio.Lock] = {}

    async def answer(
        self, request: Request, do: Callable[[Request], Awaitable[Answer | None]]
    ) -> Answer | None:
        """Answer a request as it was answered the first time; what has failed (5xx) is done anew.

        :raises RefusedError: with 400 without a key, with 422 if it belongs to another body.
        """
        asked = f"{request.method} /{'/'.join(request.path)} {idempotency_key(request)}"
        digest = hashlib.sha256(request.body).hexdigest()
        async with self._asking.setdefault(asked, asyncio.Lock()):
            if kept := self._kept.get(asked):
                if kept["digest"] != digest:
                    raise RefusedError(422, "this Idempotency-Key was used for another body")
                answer = Answer(status=kept["status"], body=b64decode(kept["body"]))
                return replace(answer, content_type=kept["contentType"])
            made = await do(request)
            if made is not None and made.status < 500:
                entry = {
                    "request": asked,
                    "digest": digest,
                    "status": made.status,
                    "contentType": made.content_type,
                    "body": b64encode(made.body).decode(),
                }
                self._journal.note(entry)
                self._kept[asked] = entry
            return made
