"""The header `Idempotency-Key`: what tells a request that is repeated from a new one."""

import re

from blockwork.runtime.http import Request
from blockwork.runtime.problems import ProblemError

IDEMPOTENCY_KEY = re.compile(r"[A-Za-z0-9_-]{1,128}")


def idempotency_key(request: Request) -> str | None:
    """Return the request's key, None if it has none.

    :raises ProblemError: 400 if it is not 1 to 128 letters, digits, _ or -.
    """
    key = request.headers.get("idempotency-key")
    if key is not None and not IDEMPOTENCY_KEY.fullmatch(key):
        raise ProblemError(
            400, f"Idempotency-Key must be 1 to 128 letters, digits, _ or -, got {key[:40]!r}"
        )
    return key


def required_idempotency_key(request: Request, *, of_each: str) -> str:
    """Return the request's key.

    :param of_each: what needs a new key, such as `order`.
    :raises ProblemError: 400 as `idempotency_key`, and if there is none.
    """
    key = idempotency_key(request)
    if key is None:
        raise ProblemError(
            400,
            f"the header Idempotency-Key is required: a new random value for each {of_each},"
            " and the same one again to repeat a request whose answer was lost",
        )
    return key
