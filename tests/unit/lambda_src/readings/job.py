"""The whole job in memory: the table, the bucket and the queues that its functions share."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from readings.adapters.work_messages import FinishMessage, RangeMessage
from readings.domain.checking import Reject
from readings.domain.csv_file import Range
from readings.domain.finishing import all_done
from readings.domain.importing import Progress
from readings.domain.imports import Counts, ImportStatus
from readings.domain.planning import Plan, ReplacedError, Standing
from readings.domain.rejects import part_of
from readings.handlers.finish_import import finish_import
from readings.handlers.import_range import import_range
from readings.handlers.plan_import import Notice, plan_import

from tests.unit.lambda_src.readings.fakes import InMemoryFile, InMemoryProgress, InMemoryReadings

NOW = datetime(2026, 3, 1, tzinfo=UTC)
USER, IMPORT, ETAG = "user-2", "i1", "etag-1"
UPLOAD, COPY, REJECTS = f"uploads/{USER}/{IMPORT}", "copies/i1", "rejects/i1"


class Table:
    """The ports `Plans`, `RangePlans` and `Endings`, for one import."""

    def __init__(self) -> None:
        self.kept: Standing | None = Standing(
            user_id=USER,
            import_id=IMPORT,
            status=ImportStatus.AWAITING_UPLOAD,
            correlation_id="c1",
        )
        self.reason: str | None = None
        self.counts: Counts | None = None
        self.saved = InMemoryProgress()

    def standing(self, user_id: str, import_id: str) -> Standing | None:
        return self.kept if (user_id, import_id) == (USER, IMPORT) else None

    def start(self, standing: Standing, plan: Plan, *, now: datetime) -> None:
        self._change(standing, ImportStatus.IMPORTING, plan)

    def fail(self, standing: Standing, *, reason: str, now: datetime) -> None:
        self._change(standing, ImportStatus.FAILED)
        self.reason = reason

    def end(self, standing: Standing, counts: Counts, *, now: datetime) -> None:
        self._change(standing, ImportStatus.IMPORTED)
        self.counts = counts

    def of_ranges(self, standing: Standing) -> InMemoryProgress:
        return self.saved

    def progress(self, standing: Standing) -> Mapping[int, Progress]:
        return self.saved.saved

    def is_worked_off(self, standing: Standing) -> bool:
        assert standing.plan
        return all_done(standing.plan.ranges, self.saved.saved)

    def _change(self, before: Standing, status: ImportStatus, plan: Plan | None = None) -> None:
        if self.kept and self.kept.status is before.status:
            self.kept = replace(self.kept, status=status, plan=plan or self.kept.plan)


class Bucket:
    """The ports `Uploads`, `RangeFiles` and `Leftovers`."""

    def __init__(self, upload: bytes) -> None:
        self.etag = ETAG
        self.files = {UPLOAD: upload}

    def of(self, user_id: str, import_id: str, *, etag: str) -> "Upload":
        return Upload(self, f"uploads/{user_id}/{import_id}", etag)

    def part(self, name: str) -> bytes:
        return self.files[name]

    def write_rejects(self, standing: Standing, content: Iterator[bytes]) -> None:
        self.files[REJECTS] = b"".join(content)

    def remove(self, user_id: str, import_id: str, keys: Sequence[str]) -> None:
        for key in (UPLOAD, REJECTS, *keys):
            self.files.pop(key, None)

    def clean(self, standing: Standing, parts: Sequence[str]) -> None:
        for key in (UPLOAD, COPY, *parts):
            self.files.pop(key, None)


@dataclass
class Upload:
    """The port `Upload`."""

    bucket: Bucket
    key: str
    etag: str

    def head(self, size: int) -> bytes:
        return self._content()[:size]

    def blocks(self) -> Iterator[bytes]:
        content = self._content()
        yield from (content[place : place + 64] for place in range(0, len(content), 64))

    def copy(self) -> tuple[str, int]:
        return self.keep(iter([self._content()]))

    def keep(self, content: Iterator[bytes]) -> tuple[str, int]:
        self.bucket.files[COPY] = b"".join(content)
        return COPY, len(self.bucket.files[COPY])

    def head_of(self, key: str, size: int) -> bytes:
        return self.bucket.files[key][:size]

    def remove(self) -> None:
        self.bucket.files.pop(self.key, None)

    def _content(self) -> bytes:
        if self.etag != self.bucket.etag:
            raise ReplacedError
        return self.bucket.files[self.key]


class RangeFile(InMemoryFile):
    """The port `RangeFile`."""

    def __init__(self, bucket: Bucket, key: str) -> None:
        super().__init__(bucket.files[key])
        self._bucket = bucket

    def write(self, range_: Range, rejects: Sequence[Reject]) -> str:
        key = f"parts/{range_.number}/{len(self._bucket.files)}"
        self._bucket.files[key] = part_of(rejects)
        return key


@dataclass
class RangeFiles:
    """The port `RangeFiles`."""

    bucket: Bucket

    def of(self, standing: Standing, file: str) -> RangeFile:
        return RangeFile(self.bucket, file)


@dataclass
class Queues:
    """The port `Work`."""

    ranges: list[RangeMessage] = field(default_factory=list)
    endings: list[FinishMessage] = field(default_factory=list)

    def add_ranges(self, standing: Standing, ranges: Sequence[Range]) -> None:
        self.ranges += [RangeMessage.of(standing, each) for each in ranges]

    def finish(self, standing: Standing) -> None:
        self.endings.append(FinishMessage.of(standing))


class Job:
    """One import, and those who work on it.

    :param seconds: that a worker may take.
    """

    def __init__(self, upload: bytes, *, seconds: float = 60) -> None:
        self.table, self.bucket, self.queues = Table(), Bucket(upload), Queues()
        self.owners = {"m1": USER}
        self.readings = InMemoryReadings()
        self.seconds = seconds
        self.invocations = 0

    @property
    def status(self) -> ImportStatus | None:
        return self.table.kept.status if self.table.kept else None

    def owner(self, meter_id: str) -> str | None:
        return self.owners.get(meter_id)

    def arrive(self, key: str = UPLOAD, *, source: str = "aws.s3") -> None:
        """Tell that a file has arrived, as S3 does."""
        detail = {"bucket": {"name": "b"}, "object": {"key": key, "etag": ETAG, "size": 1}}
        notice = Notice(source=source, detail=detail, detail_type="Object Created")
        plan_import(
            notice, uploads=self.bucket, plans=self.table, work=self.queues, now=lambda: NOW
        )

    def work(self) -> None:
        """Work until nothing waits."""
        while self.queues.ranges:
            self.work_on(self.queues.ranges.pop(0))
        while self.queues.endings:
            self.finish(self.queues.endings.pop(0))

    def work_on(self, message: RangeMessage) -> None:
        self.invocations += 1
        import_range(
            message,
            plans=self.table,
            files=RangeFiles(self.bucket),
            store=self.readings,
            owners=self,
            work=self.queues,
            seconds=self.seconds,
        )

    def finish(self, message: FinishMessage) -> None:
        finish_import(message, endings=self.table, files=self.bucket, now=lambda: NOW)
