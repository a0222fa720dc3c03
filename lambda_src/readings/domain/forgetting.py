"""What is forgotten of a user who is gone: everything, in an order that can be begun again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from readings.domain.registry import MeterPage
from readings.domain.stored import Pages

AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnImport:
    """An import of the user's, or what is left of it.

    :param keys: of what is kept of its work.
    :param is_over: whether nobody works on it.
    """

    import_id: str
    keys: Sequence[str]
    is_over: bool


class OwnImports(Protocol):
    """Where a user's imports are kept."""

    def of(self, user_id: str) -> Sequence[OwnImport]:
        """Return all of them, as after every write that has been answered."""
        ...

    def stop(self, user_id: str, import_id: str) -> bool:
        """Delete an import, so that nobody begins to work on it, and not what is left of its work.

        :return: whether somebody may have begun.
        """
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
    user_id: str,
    *,
    imports: OwnImports,
    files: OwnFiles,
    meters: OwnMeters,
    pages: Pages,
    wait: Callable[[], object],
) -> None:
    """Stop imports first; once nobody is at one, forget them, then meters with their readings.

    A meter is taken out of the registry after its readings: who is stopped before begins again.

    :param wait: waits for as long as somebody may work on a range who has begun: what they write
        meanwhile would be found by nobody, were it forgotten before.
    """
    somebody_is_at_it = False
    for own in imports.of(user_id):
        if not own.is_over:
            files.remove(user_id, own.import_id, own.keys)
            somebody_is_at_it |= imports.stop(user_id, own.import_id)
    if somebody_is_at_it:
        wait()
    for own in imports.of(user_id):
        files.remove(user_id, own.import_id, own.keys)
        imports.forget(user_id, own.import_id)
    after = None
    while True:
        page = meters.page(user_id, limit=AT_ONCE, after=after)
        for meter_id in page.meter_ids:
            pages.forget(meter_id)
            meters.forget(meter_id, user_id=user_id)
        after = page.last_id
        if after is None:
            return
