"""Permissions as JSON: the body an administrator sends, and the view of them."""

from typing import TypedDict

import msgspec
from shared.permissions import Action, Permission, Resource

from blockwork.runtime.http import Response
from identity.domain.granting import Granted


class PermissionBody(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the array that replaces a user's permissions."""

    action: Action
    resource: Resource

    def permission(self) -> Permission:
        """Return what is granted."""
        return Permission(self.action, self.resource)


class PermissionView(TypedDict):
    """What a user may do."""

    action: str
    resource: str


def shown(granted: Granted) -> Response[list[PermissionView]]:
    """Answer 200 with permissions, in alphabetical order, and their ETag."""
    view: list[PermissionView] = [
        {"action": str(permission.action), "resource": str(permission.resource)}
        for permission in sorted(granted.permissions, key=str)
    ]
    return Response.ok(view, version=granted.version)
