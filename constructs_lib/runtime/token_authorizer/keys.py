"""An issuer's public keys: asked for seldom, kept while the issuer cannot be reached."""

import http.client
import json
import logging
import math
import time
import urllib.request
from collections.abc import Callable, Collection, Mapping

from jwt import PyJWK, PyJWKSet, PyJWTError

SECONDS_BETWEEN_REQUESTS = 10.0
"""At the least, so that a flood of unknown key ids is not one of requests to the issuer."""
LONGEST_OUTAGE = 3600.0
SECONDS_OF_SILENCE = 2.0
SECONDS_IN_ALL = 3.0
LARGEST_KEY_SET = 256 * 1024
CHUNK = 64 * 1024

logger = logging.getLogger(__name__)


class KeysUnavailableError(Exception):
    """No key of the issuer is known, so nothing can be said of any token."""


class IssuerKeys:
    """The signing keys of a JSON Web Key Set (RFC 7517) by their ids.

    A key that is not known is looked for at the issuer, at most every ten seconds. When the issuer
    does not answer, what is known serves for another hour: an attacker who cuts the issuer off must
    not keep a withdrawn key alive for ever.

    :param fetch: returns the key set as it came from the issuer.
    :param algorithms: keys for other ones are not taken.
    :param life: seconds until the set is fetched again; a withdrawn key is known no longer.
    :param now: a clock that never goes back, in seconds.
    """

    def __init__(
        self,
        fetch: Callable[[], bytes],
        *,
        algorithms: Collection[str],
        life: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._algorithms = algorithms
        self._life = life
        self._now = now
        self._keys: Mapping[str, PyJWK] = {}
        self._fetched_at = self._asked_at = -math.inf

    def find(self, key_id: str) -> PyJWK | None:
        """Return the key, or None if the issuer has no such key.

        :raises KeysUnavailableError: if no key at all is known.
        """
        now = self._now()
        is_old = now - self._fetched_at >= self._life
        may_ask = now - self._asked_at >= min(SECONDS_BETWEEN_REQUESTS, self._life)
        if may_ask and (is_old or key_id not in self._keys):
            self._ask(now)
        if now - self._fetched_at >= self._life + LONGEST_OUTAGE:
            raise KeysUnavailableError("no keys of the issuer: it cannot be reached")
        return self._keys.get(key_id)

    def _ask(self, now: float) -> None:
        self._asked_at = now
        try:
            self._keys = _usable(self._fetch(), self._algorithms)
        except (OSError, http.client.HTTPException, ValueError, PyJWTError) as error:
            logger.warning("the issuer's keys cannot be had: %s", type(error).__name__)
        else:
            self._fetched_at = now


def _usable(key_set: bytes, algorithms: Collection[str]) -> Mapping[str, PyJWK]:
    """Return the keys that sign by one of the algorithms; a set without any is no set."""
    try:
        parsed = json.loads(key_set)
    except RecursionError as error:
        raise ValueError("a key set must not nest deeply") from error
    if not isinstance(parsed, dict):
        raise ValueError("a key set must be a JSON object")
    usable = {
        key.key_id: key
        for key in PyJWKSet.from_dict(parsed)
        if isinstance(key.key_id, str)
        and key.public_key_use in (None, "sig")
        and key.algorithm_name in algorithms
    }
    if not usable:
        raise ValueError("a key set must hold a key for one of the algorithms")
    return usable


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The address was checked, another one was not."""

    def redirect_request(self, *_: object) -> None:
        return None


def download(url: str) -> bytes:
    """Return what is at the address.

    :raises OSError: if there is none, or it takes too long.
    :raises ValueError: if it is too large for a key set.
    """
    deadline = time.monotonic() + SECONDS_IN_ALL
    opener = urllib.request.build_opener(_NoRedirects)
    content = b""
    with opener.open(url, timeout=SECONDS_OF_SILENCE) as answer:
        while chunk := answer.read1(CHUNK):
            content += chunk
            if len(content) > LARGEST_KEY_SET:
                raise ValueError(f"a key set may have at most {LARGEST_KEY_SET} bytes")
            if time.monotonic() > deadline:
                raise TimeoutError(f"the key set took more than {SECONDS_IN_ALL} s")
    return content
