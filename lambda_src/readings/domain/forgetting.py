"""What is forgotten of a user who is gone: everything, in an order that can be begun again."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from readings.domain.registry import MeterPage
from readings.domain.stored import Pages

AT_ONCE = 100


class OwnImports(Protocol):
    """Where a user's imports are kept."""

    def files_of(self, user_id: str) -> Iterable[tuple[str, Sequence[str]]]:
        """Return the id of each import, with the keys of what is kept of its work."""
        ...

    def forget(self, user_id: str, import_id: str) -> None:
        """Delete an import, and how far its ranges have come."""


class OwnFiles(Protocol):
    """Where the files of imports are kept."""

    def remove(self, user_id: str, import_id: str, keys: Sequence[str]) -> None:
        """Delete an import's upload, its rejects, and what is kept of its work under these keys."""


class OwnMeters(Protocol):
    """Where it is kept whose meter is whose."""

    def page(self, user_id: str, *, limit: int, after: str | None) -> MeterPage:
        """Return the ids of some of a user's meters."""
        ...

    def forget(self, meter_id: str, *, user_id: str) -> None:
        """Take a meter out of the registry, if it is this user's."""


def forget(
    user_id: str, *, imports: OwnImports, files: OwnFiles, meters: OwnMeters, pages: Pages
) -> None:
    """Forget imports first, so that nobody goes on with them, then meters with their readings.

    A meter is taken out of the registry after its readings: who is stopped before begins again.
    """
    for import_id, keys in list(imports.files_of(user_id)):
        files.remove(user_id, import_id, keys)
        imports.forget(user_id, import_id)
    after = None
    while True:
        page = meters.page(user_id, limit=AT_ONCE, after=after)
        for meter_id in page.meter_ids:
            pages.forget(meter_id)
            meters.forget(meter_id, user_id=user_id)
        after = page.last_id
        if after is None:
            return
