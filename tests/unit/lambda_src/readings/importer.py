"""Import a whole file in memory, as the functions do it together."""

from dataclasses import dataclass, field

from readings.domain.checking import Reject
from readings.domain.csv_file import cut, layout_of
from readings.domain.importing import work_on

from tests.unit.lambda_src.readings.fakes import (
    InMemoryFile,
    InMemoryProgress,
    InMemoryReadings,
    InMemoryRejects,
    Meters,
)


@dataclass
class Imported:
    """What has become of a file."""

    accepted: int = 0
    rejected: int = 0
    thousandths: int = 0
    rejects: list[Reject] = field(default_factory=list)


def import_file(
    content: bytes,
    *,
    most_bytes: int = 1 << 25,
    block: int = 1 << 16,
    readings: InMemoryReadings | None = None,
    meters: Meters | None = None,
) -> Imported:
    layout = layout_of(content)
    rejects, progress, all_ = InMemoryRejects(), InMemoryProgress(), Imported()
    before = 1
    for range_ in cut(layout, len(content), most_bytes=most_bytes):
        assert work_on(
            range_,
            layout,
            source=InMemoryFile(content, block),
            store=readings or InMemoryReadings(),
            permits=meters or Meters(),
            rejects=rejects,
            progress=progress,
            is_time_left=lambda: True,
        )
        saved = progress.saved[range_.number]
        all_.accepted += saved.accepted
        all_.rejected += saved.rejected
        all_.thousandths += saved.thousandths
        for part in saved.parts:
            all_.rejects += [each._replace(line=each.line + before) for each in rejects.parts[part]]
        before += saved.lines
    return all_
