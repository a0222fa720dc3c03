"""Lists page by page: `limit` and `nextToken` in the query, `nextToken` in the answer."""

import base64
import re
from dataclasses import dataclass

import msgspec

from shared.http import Request
from shared.problems import ProblemError

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 100
LIMIT = re.compile(r"[0-9]{1,3}")
# API Gateway takes 10,240 bytes of request line and headers in all (quotas of HTTP APIs), of which
# the largest token of a user may be 7,200 and a browser's other headers 1,200. A token of Cognito
# that is wrapped into ours has some hundred characters.
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,1536}")


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Which page of a list the caller wants.

    :param limit: at most how many entries.
    :param after: the key of the last entry already seen, None for the first page.
    """

    limit: int
    after: str | None


def read_page_query(request: Request, *, key: str, largest: int = LARGEST_LIMIT) -> PageQuery:
    """Read `limit` (default 50) and `nextToken` from the query of a list ordered by `key`.

    :param largest: the largest `limit` there is. Default: 100.
    :raises ProblemError: 400 if either is not one that the API gives or documents.
    """
    limit = request.query.get("limit", str(min(DEFAULT_LIMIT, largest)))
    if not LIMIT.fullmatch(limit) or not 1 <= int(limit) <= largest:
        raise ProblemError(400, f"limit must be from 1 to {largest}, got {limit[:40]!r}")
    token = request.query.get("nextToken")
    return PageQuery(limit=int(limit), after=None if token is None else _key_in(token, key))


def next_token(*, key: str, last: str) -> str:
    """Return the token of the page after the entry whose `key` is `last`."""
    return base64.urlsafe_b64encode(msgspec.json.encode({key: last})).decode().rstrip("=")


def _key_in(token: str, key: str) -> str:
    try:
        # Checked first, since base64 skips characters outside its alphabet.
        if not TOKEN.fullmatch(token):
            raise ValueError("not base64url")
        padded = token + "=" * (-len(token) % 4)
        last = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=dict[str, str])
        if last.keys() != {key} or not last[key]:
            raise ValueError("not a key of this list")
    except (ValueError, msgspec.DecodeError) as error:
        raise ProblemError(
            400, "nextToken must be one that this list answered with; leave it out to start again"
        ) from error
    return last[key]
