"""Preconditions of a writing request: `If-Match` in, 412 with what is there out (RFC 9110)."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from blockwork.runtime.http import Request, Response
from blockwork.runtime.problems import ProblemError
from blockwork.runtime.versions import OutdatedError, Seen

# RFC 9110, section 8.8.3; a list may have empty elements (section 5.6.1).
TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
TAGS = re.compile(rf"[ \t,]*(?:{TAG}[ \t]*(?:,[ \t,]*|$))+")
MOST_TAGS = 100
"""As many as DynamoDB compares with at once (Developer Guide, operand of `IN`)."""


def seen_by(request: Request, *, ending: str = "") -> Seen | None:
    """Return the versions that the writer has seen, None if they may overwrite anything.

    :param ending: what the ETags end with besides the version. Default: nothing.
    :raises ProblemError: 400 if If-Match holds anything but ETags, or more than 100.
    """
    given = request.headers.get("if-match")
    if given is None:
        return None
    if given.strip(" \t") == "*":
        return Seen(None)
    tags: list[str] = re.findall(TAG, given) if TAGS.fullmatch(given) else []
    if not 1 <= len(tags) <= MOST_TAGS:
        raise ProblemError(
            400,
            f'If-Match must be * or 1 to {MOST_TAGS} ETags as they were answered, such as "0a1b",'
            f" with their quotes and separated by commas, got {given[:40]!r}",
        )
    # A weak tag matches nothing here: If-Match compares strongly (section 13.1.1).
    strong = (tag.strip('"') for tag in tags if not tag.startswith("W/"))
    return Seen(frozenset(tag.removesuffix(ending) for tag in strong if tag.endswith(ending)))


@contextmanager
def telling_what_is_there(answer: Callable[[Any], Response]) -> Iterator[None]:
    """Let a write that came too late answer 412, with what is there now and its ETag.

    :param answer: returns the answer that reading it would get.
    """
    try:
        yield
    except OutdatedError as error:
        current = None if error.current is None else answer(error.current)
        raise ProblemError(
            412,
            str(error),
            extensions={"current": current.body if current else None},
            headers=current.headers if current else {},
        ) from error
