"""GET /users/{userId}/permissions: what a user may do, besides what their groups may."""

from shared.users import require, user_of

from blockwork.runtime.http import Request, Response, http_handler
from identity.adapters.user_pool import UserPool
from identity.adapters.user_table import UserTable
from identity.domain.directory import Directory, DirectoryBusyError, UnknownUserError
from identity.domain.granting import Grants
from identity.handlers.permission_json import PermissionView, shown


def get_permissions(
    request: Request, *, directory: Directory, grants: Grants
) -> Response[list[PermissionView]]:
    """Answer 200 with the user's own permissions."""
    require(user_of(request), "grant", "permissions")
    user_id = request.path_id("userId")
    directory.check(user_id)
    return shown(grants.granted(user_id))


handler = http_handler(
    get_permissions,
    errors={UnknownUserError: 404, DirectoryBusyError: 503},
    directory=UserPool.from_environment,
    grants=UserTable.from_environment,
)
