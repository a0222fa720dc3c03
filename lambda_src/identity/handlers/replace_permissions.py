"""PUT /users/{userId}/permissions: what a user may do from the next token on.

Whoever may do this can grant themselves everything: give `grant` on `permissions` to those alone
who may have everything.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from shared.users import require, user_of

from blockwork.runtime.bodies import read_body
from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.observability import current_correlation_id
from blockwork.runtime.preconditions import seen_by, telling_what_is_there
from identity.adapters.user_pool import UserPool
from identity.adapters.user_table import UserTable
from identity.domain.directory import Directory, DirectoryBusyError, UnknownUserError
from identity.domain.granting import Grant, Granted, Grants, TooManyPermissionsError, fewest
from identity.handlers.permission_json import PermissionBody, PermissionView, shown


def replace_permissions(
    request: Request,
    *,
    directory: Directory,
    grants: Grants,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Response[list[PermissionView]]:
    """Answer 200 with what was kept: each permission once, none that another one covers.

    412 if what the user has is not what If-Match names.
    """
    user = user_of(request)
    require(user, "grant", "permissions")
    user_id = request.path_id("userId")
    permissions = fewest(entry.permission() for entry in read_body(request, list[PermissionBody]))
    seen = seen_by(request)
    directory.check(user_id)
    grant = Grant(
        user_id=user_id,
        permissions=permissions,
        granted_by=user.user_id,
        granted_at=now(),
        correlation_id=current_correlation_id(),
    )
    with telling_what_is_there(shown):
        grants.grant(grant, seen=seen)
    return shown(Granted(permissions, grant.version))


handler = http_handler(
    replace_permissions,
    errors={UnknownUserError: 404, TooManyPermissionsError: 422, DirectoryBusyError: 503},
    directory=UserPool.from_environment,
    grants=UserTable.from_environment,
)
