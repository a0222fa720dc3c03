"""Import a whole file in memory, as the functions do it together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from readings.domain.checking import Permits, Reject
from readings.domain.csv_file import Range, cut, layout_of
from readings.domain.importing import Progress, work_on
from readings.domain.packing import Entries, Entry, PageKey
from readings.domain.rejects import part_of, rejects_file

from tests.unit.lambda_src.readings.fakes import (
    InMemoryFile,
    InMemoryProgress,
    InMemoryReadings,
    InMemoryRejects,
    KilledError,
    Meters,
)


@dataclass
class Import:
    """One import, and what has become of its file.

    :param most_bytes: of a range.
    :param killed: asked before each call of a port; whether the worker dies there.
    """

    content: bytes
    most_bytes: int = 1 << 25
    block: int = 1 << 16
    readings: InMemoryReadings = field(default_factory=InMemoryReadings)
    meters: Permits = field(default_factory=Meters)
    killed: Callable[[], bool] = lambda: False
    time_left: Callable[[], bool] = lambda: True
    rejects: InMemoryRejects = field(default_factory=InMemoryRejects)
    progress: InMemoryProgress = field(default_factory=InMemoryProgress)

    def __post_init__(self) -> None:
        self.layout = layout_of(self.content)
        self.ranges = cut(self.layout, len(self.content), most_bytes=self.most_bytes)

    def run(self) -> "Import":
        for number in range(len(self.ranges)):
            while not self.work(number):
                pass
        return self

    def work(self, number: int) -> bool:
        """Let one worker go on with a range until it is done, out of time, or killed."""
        mortal = Mortal(self)
        try:
            return work_on(
                self.ranges[number],
                self.layout,
                source=InMemoryFile(self.content, self.block),
                store=mortal,
                permits=self.meters,
                rejects=mortal,
                progress=mortal,
                is_time_left=self.time_left,
            )
        except KilledError:
            return False

    @property
    def accepted(self) -> int:
        return sum(each.accepted for each in self.progress.saved.values())

    @property
    def rejected(self) -> int:
        return sum(each.rejected for each in self.progress.saved.values())

    @property
    def thousandths(self) -> int:
        return sum(each.thousandths for each in self.progress.saved.values())

    @property
    def rejects_file(self) -> list[str]:
        """The lines of the file, without its header."""
        ranges = [
            (saved.lines, [part_of(self.rejects.parts[part]) for part in saved.parts])
            for _, saved in sorted(self.progress.saved.items())
        ]
        return b"".join(rejects_file(ranges)).decode().split("\n")[1:-1]


class Mortal:
    """The ports that a worker writes to: it may be killed before and after each step."""

    def __init__(self, import_: Import) -> None:
        self._import = import_

    def merge(self, pages: Mapping[PageKey, Entries]) -> list[Entry]:
        refused: list[Entry] = []
        for key, entries in pages.items():
            self._survive()
            refused += self._import.readings.merge({key: entries})
        return refused

    def write(self, range_: Range, rejects: Sequence[Reject]) -> str:
        self._survive()
        return self._import.rejects.write(range_, rejects)

    def load(self, range_: Range) -> Progress | None:
        return self._import.progress.load(range_)

    def save(self, range_: Range, progress: Progress, *, since: int | None) -> bool:
        self._survive()
        saved = self._import.progress.save(range_, progress, since=since)
        self._survive()
        return saved

    def _survive(self) -> None:
        if self._import.killed():
            raise KilledError
