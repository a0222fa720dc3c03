"""Lists page by page: `limit` and `nextToken` in the query, `nextToken` in the answer.

A `nextToken` carries the key of the last entry that was shown, and a signature over it and the
request that it continues: the list, the user, the path and all of the query but these two. So it
reads nothing that the caller was not about to read anyway.
"""

import base64
import json
import re
from dataclasses import dataclass

from blockwork.runtime.http import Request
from blockwork.runtime.problems import ProblemError
from blockwork.runtime.signing import DIGEST_SIZE, Signer

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 100
LIMIT = re.compile(r"[0-9]{1,3}")
# API Gateway takes 10,240 bytes of request line and headers in all (quotas of HTTP APIs), of which
# the largest token of a user may be 7,200 and a browser's other headers 1,200. A token of Cognito
# that is wrapped into ours has some hundred characters.
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,1536}")
FORMAT = b"\x01"
"""What a token begins with: raise it when its content changes, so that older ones are refused."""
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
    signature = signer.sign(_signed(request, of, last))
    return base64.urlsafe_b64encode(FORMAT + signature + last.encode()).decode().rstrip("=")


def _last_of(token: str, request: Request, of: str, signer: Signer) -> str:
    try:
        # Checked first, since base64 skips characters outside its alphabet.
        if not TOKEN.fullmatch(token):
            raise ValueError("not base64url")
        content = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        if base64.urlsafe_b64encode(content).decode().rstrip("=") != token:
            raise ValueError("its last character has bits that say nothing")
        begin = len(FORMAT) + DIGEST_SIZE
        signature, last = content[len(FORMAT) : begin], content[begin:].decode()
        if not content.startswith(FORMAT) or not last:
            raise ValueError("of another format")
        if not signer.is_signed(_signed(request, of, last), signature):
            raise ValueError("not ours, or of another request")
    except ValueError as error:
        raise ProblemError(
            400,
            "nextToken must be one that this list answered you with, sent back with the same"
            " query; leave it out to start again",
        ) from error
    return last


def _signed(request: Request, of: str, last: str) -> bytes:
    query = {name: value for name, value in request.query.items() if name not in OF_A_PAGE}
    user = str(request.claims.get("sub", ""))
    # JSON, so that no two requests look the same; its ASCII, so that every text has bytes.
    asked = [of, user, dict(request.path), query, last]
    return FORMAT + json.dumps(asked, sort_keys=True).encode()
