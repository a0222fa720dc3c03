"""Whose meter is whose."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class MeterPage:
    """The ids of some of a user's meters; `last_id` is None on the last page."""

    meter_ids: Sequence[str]
    last_id: str | None


class UnknownMeterError(Exception):
    """There is no such meter for this user."""

    def __init__(self, meter_id: str) -> None:
        super().__init__(f"there is no meter {meter_id} that you may use")


class Owners(Protocol):
    """Who is asked whose meter is whose."""

    def owner(self, meter_id: str) -> str | None:
        """Return whose meter it is; None if nobody has registered it."""
        ...


class Meters(Owners, Protocol):
    """The registry: a table in production, a dictionary in unit tests."""

    def register(self, meter_id: str, *, user_id: str) -> None:
        """Write down whose meter it is from now on."""

    def page(self, user_id: str, *, limit: int, after: str | None) -> MeterPage:
        """Return the ids of some of a user's meters, sorted; a new one may be there a moment later.

        :param after: the last id that was seen; None to begin.
        """
        ...
