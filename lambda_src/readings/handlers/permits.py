"""What an uploader may write: their own meters, and those that a permission names."""

from shared.permissions import Action, Permission, Resource

from readings.domain.planning import Standing
from readings.domain.registry import Owners

WRITE = Action("write")


class UploaderPermits:
    """The port `Permits` for one import.

    :param standing: of the import: whose it is, and what they were permitted when it began.
    :param owners: says whose meter is whose.
    """

    def __init__(self, standing: Standing, owners: Owners) -> None:
        self._user_id = standing.user_id
        self._owners = owners
        self._permissions = [Permission(WRITE, Resource(each)) for each in standing.may_write]

    def may_write(self, meter_id: str) -> bool:
        """Ask the registry, unless a permission is enough."""
        resource = f"meters/{meter_id}"
        if any(permission.allows(WRITE, resource) for permission in self._permissions):
            return True
        return self._owners.owner(meter_id) == self._user_id
