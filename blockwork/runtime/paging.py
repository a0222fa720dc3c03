"""Lists page by page: `limit` and `nextToken` in the query, `nextToken` in the answer.

A `nextToken` carries the key of the last entry that was shown, and a signature over it and the
request that it continues: the list, the user, the path and all of the query but these two. So it
reads nothing that the caller was not about to read anyway.
"""

import json
import re
from dataclasses import dataclass
from functools import partial

from blockwork.runtime.http import Request
from blockwork.runtime.problems import ProblemError
from blockwork.runtime.sealing import FORMAT, seal, unseal
from blockwork.runtime.signing import Signer

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 100
LIMIT = re.compile(r"[0-9]{1,6}")
OF_A_PAGE = {"limit", "nextToken"}


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Which page of a list the caller wants.

    :param limit: at most how many entries.
    :param after: the key of the last entry already seen, None for the first page.
    """

    limit: int
    after: str | None


def read_page_query(
    request: Request, *, of: str, signer: Signer, largest: int = LARGEST_LIMIT
) -> PageQuery:
    """Read `limit` (default 50) and `nextToken` from the query.

    :param of: which list it is, one name for each of those whose tokens `signer` signs.
    :param largest: the largest `limit` there is. Default: 100.
    :raises ProblemError: 400 if either is not one that the API gives or documents.
    """
    limit = request.query.get("limit", str(min(DEFAULT_LIMIT, largest)))
    if not LIMIT.fullmatch(limit) or not 1 <= int(limit) <= largest:
        raise ProblemError(400, f"limit must be from 1 to {largest}, got {limit[:40]!r}")
    token = request.query.get("nextToken")
    after = None if token is None else _last_of(token, request, of, signer)
    return PageQuery(limit=int(limit), after=after)


def next_token(request: Request, *, of: str, signer: Signer, last: str) -> str:
    """Return the token of the page after the entry whose key is `last`."""
    return seal(last, signer=signer, bound=partial(_signed, request, of))


def _last_of(token: str, request: Request, of: str, signer: Signer) -> str:
    try:
        return unseal(token, signer=signer, bound=partial(_signed, request, of))
    except ValueError as error:
        raise ProblemError(
            400,
            "nextToken must be one that this list answered you with, sent back with the same"
            " query; leave it out to start again",
        ) from error


def _signed(request: Request, of: str, last: str) -> bytes:
    query = {name: value for name, value in request.query.items() if name not in OF_A_PAGE}
    user = str(request.claims.get("sub", ""))
    # JSON, so that no two requests look the same; its ASCII, so that every text has bytes.
    asked = [of, user, dict(request.path), query, last]
    return FORMAT + json.dumps(asked, sort_keys=True).encode()
