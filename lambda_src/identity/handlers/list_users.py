"""GET /users: everybody who may sign in, page by page."""

from typing import NotRequired, TypedDict

from shared.users import require, user_of

from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.paging import next_token, read_page_query
from blockwork.runtime.signing import SecretSigner, Signer
from identity.adapters.user_pool import UserPool
from identity.domain.directory import (
    Directory,
    DirectoryBusyError,
    DirectoryUser,
    InvalidPageError,
)
from identity.domain.granting import counted_in

LIST = "users"
LARGEST_LIMIT = 60
"""Cognito's own (API reference, ListUsers)."""


class UserView(TypedDict):
    """Somebody who may sign in."""

    userId: str
    email: str
    groups: list[str]
    status: str


class UserPage(TypedDict):
    """Some of the users.

    A page may have less than asked for, or none, and not be the last: that one has no `nextToken`.
    """

    users: list[UserView]
    nextToken: NotRequired[str]


def list_users(request: Request, *, directory: Directory, signer: Signer) -> Response[UserPage]:
    """Answer 200 with one page of users, and the token of the next if there is one."""
    require(user_of(request), "list", "users")
    query = read_page_query(request, of=LIST, signer=signer, largest=LARGEST_LIMIT)
    page = directory.page(limit=query.limit, after=query.after)
    body: UserPage = {"users": [_view(user) for user in page.users]}
    if page.after is not None:
        body["nextToken"] = next_token(request, of=LIST, signer=signer, last=page.after)
    return Response.ok(body)


def _view(user: DirectoryUser) -> UserView:
    return {
        "userId": user.user_id,
        "email": user.email,
        "groups": list(counted_in(user.groups)),
        "status": user.status,
    }


handler = http_handler(
    list_users,
    errors={InvalidPageError: 400, DirectoryBusyError: 503},
    directory=UserPool.from_environment,
    signer=SecretSigner.from_environment,
)
