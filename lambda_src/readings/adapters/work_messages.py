"""What the messages of the two queues say, see `work_queues`."""

import msgspec

from readings.domain.csv_file import Range


class RangeMessage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which range of which import to work on."""

    user_id: str
    import_id: str
    number: int
    start: int
    end: int
    correlation_id: str

    @property
    def range(self) -> Range:
        """The range."""
        return Range(number=self.number, start=self.start, end=self.end)


class FinishMessage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which import may be over."""

    user_id: str
    import_id: str
    correlation_id: str
