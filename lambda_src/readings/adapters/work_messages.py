"""What the messages of the two queues say, see `work_queues`."""

from typing import Self

import msgspec

from readings.domain.csv_file import Range
from readings.domain.planning import Standing


class RangeMessage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which range of which import to work on."""

    user_id: str
    import_id: str
    number: int
    start: int
    end: int
    correlation_id: str

    @classmethod
    def of(cls, standing: Standing, range_: Range) -> Self:
        """Say that a range of an import is to be worked on."""
        return cls(
            user_id=standing.user_id,
            import_id=standing.import_id,
            number=range_.number,
            start=range_.start,
            end=range_.end,
            correlation_id=standing.correlation_id,
        )

    @property
    def range(self) -> Range:
        """The range."""
        return Range(number=self.number, start=self.start, end=self.end)


class FinishMessage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which import may be over."""

    user_id: str
    import_id: str
    correlation_id: str

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """Say that it is to be looked whether an import is over."""
        return cls(
            user_id=standing.user_id,
            import_id=standing.import_id,
            correlation_id=standing.correlation_id,
        )
