"""JSON logs, with one correlation id for everything that a request causes."""

import re
from collections.abc import Mapping
from uuid import uuid4

from aws_lambda_powertools import Logger

CORRELATION_HEADER = "x-correlation-id"
WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{1,128}")

# The service's name and the level come from POWERTOOLS_SERVICE_NAME and POWERTOOLS_LOG_LEVEL.
logger = Logger()


def correlation_id(headers: Mapping[str, str], *, fallback: str) -> str:
    """Return the caller's correlation id, or `fallback` where there is none that is well-formed.

    A value from outside ends up in logs and in a response header, so only 1 to 128 letters,
    digits, `_` and `-` are believed.
    """
    given = headers.get(CORRELATION_HEADER, "")
    return given if WELL_FORMED.fullmatch(given) else fallback


def current_correlation_id() -> str:
    """Return the one of what is being handled, to hand it on; a new one outside of a handler."""
    return logger.get_correlation_id() or uuid4().hex
