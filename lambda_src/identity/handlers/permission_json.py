"""Permissions as JSON: the body an administrator sends, and the view of them."""

from collections.abc import Iterable

import msgspec
from shared.permissions import Action, Permission, Resource


class PermissionBody(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the array that replaces a user's permissions."""

    action: Action
    resource: Resource

    def permission(self) -> Permission:
        """Return what is granted."""
        return Permission(self.action, self.resource)


def view(permissions: Iterable[Permission]) -> list[dict[str, str]]:
    """Return permissions as the API shows them, in alphabetical order."""
    return [
        {"action": str(permission.action), "resource": str(permission.resource)}
        for permission in sorted(permissions, key=str)
    ]
