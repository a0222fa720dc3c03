"""What the functions of a local stage log, followed as it comes and read by a person.

The emulator writes each line to a file, see its `gaps/function_lines.py`: nobody asks CloudWatch's
API again and again. Read in the emulator, too: standard library only.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILE, OLDER_FILE = "functions.jsonl", "functions.1.jsonl"
LOOK_EVERY = 0.1
"""Seconds between two looks at the file: one `stat` each."""
OF_LAMBDA = ("START RequestId:", "END RequestId:", "REPORT RequestId:")
TOLD_APART = frozenset(
    (
        *("level", "message", "location", "timestamp", "time", "service", "correlation_id"),
        *("exception", "exception_name", "stack_trace", "xray_trace_id", "cold_start", "requestId"),
        *("function_name", "function_memory_size", "function_arn", "function_request_id"),
    )
)
"""Keys of a Powertools line that are shown in another way, or say what a reader knows."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a function's log.

    :param time: seconds since the epoch.
    :param function: its name.
    :param service: what the line says of itself; where it says nothing, nothing.
    :param level: such as `ERROR`; of plain text nothing.
    :param message: its text.
    :param correlation_id: of the request, through every hop; where it says none, nothing.
    :param exception: the stack of what was raised, or nothing.
    :param more: its other keys.
    """

    time: float
    function: str
    message: str
    service: str = ""
    level: str = ""
    correlation_id: str = ""
    exception: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it for a machine."""
        known = asdict(self)
        known["correlationId"] = known.pop("correlation_id")
        return known

    def __str__(self) -> str:
        """Return it as a person reads it."""
        at = datetime.fromtimestamp(self.time, UTC).astimezone().strftime("%H:%M:%S")
        who = self.service or self.function
        more = " ".join(f"{name}={_short(value)}" for name, value in self.more.items())
        correlation = f"[{self.correlation_id}]" if self.correlation_id else ""
        parts = [at, who, self.level, self.message, more, correlation]
        text = "  ".join(part for part in parts if part)
        text += f"\n{self.exception}" if self.exception else ""
        return text.rstrip().replace("\n", "\n    ")


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which lines somebody wants to see.

    :param service: a microservice, or part of a function's name. Default: all.
    :param correlation_id: of one request, wherever it has been. Default: all.
    """

    service: str | None = None
    correlation_id: str | None = None

    def wants(self, line: Line) -> bool:
        """Tell whether a line is one of them."""
        if self.correlation_id is not None and line.correlation_id != self.correlation_id:
            return False
        if self.service is None or line.service == self.service:
            return True
        return self.service.lower() in line.function.lower()


ALL = Filter()


def follow(
    directory: Path,
    wanted: Filter = ALL,
    *,
    goes_on: Callable[[], bool] = lambda: True,
    from_start: bool = False,
    pause: Callable[[float], object] = time.sleep,
) -> Iterator[Line]:
    """Yield the lines that functions log, as they come.

    :param directory: the local stage's folder.
    :param wanted: which ones. Default: all.
    :param goes_on: tells whether to wait for further ones; asked when all are read.
    :param from_start: whether to begin with what was logged before; `goes_on=lambda: False` then
        gives that alone. Default: only what comes.
    :param pause: waits for so many seconds.
    """
    logs = directory / "logs"
    if from_start:
        for record in _records(
            (logs / OLDER_FILE).read_bytes() if _inode(logs / OLDER_FILE) else b""
        ):
            yield from _of(record, wanted)
    file = logs / FILE
    inode = _inode(file)
    at = 0 if from_start or inode is None else file.stat().st_size
    while True:
        now = _inode(file)
        if now != inode:  # it was full, and is another one now
            inode, at = now, 0
        if now is not None and file.stat().st_size > at:
            with file.open("rb") as opened:
                opened.seek(at)
                text = opened.read()
            whole = text[: text.rfind(b"\n") + 1]
            at += len(whole)
            for record in _records(whole):
                yield from _of(record, wanted)
        if not goes_on():
            return
        pause(LOOK_EVERY)


def _of(record: dict[str, Any], wanted: Filter) -> Iterator[Line]:
    line = read_line(record)
    if line is not None and wanted.wants(line):
        yield line


def _inode(file: Path) -> int | None:
    try:
        return file.stat().st_ino
    except OSError:
        return None


def _records(text: bytes) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            yield record


def read_line(record: dict[str, Any]) -> Line | None:
    """Return a line as a person reads it, or None where it says nothing to one."""
    text = str(record.get("text", ""))
    if not text.strip() or text.startswith(OF_LAMBDA):
        return None
    at, function = float(record.get("time", 0)), str(record.get("function", ""))
    try:
        told = json.loads(text) if text.startswith("{") else None
    except ValueError:
        told = None
    if not isinstance(told, dict):
        return Line(time=at, function=function, message=text)
    if "_aws" in told:  # metrics, which CloudWatch takes out of the log
        return None
    message = told.get("message", "")
    return Line(
        time=at,
        function=function,
        message=message if isinstance(message, str) else json.dumps(message),
        service=str(told.get("service", "")),
        level=str(told.get("level", "")),
        correlation_id=str(told.get("correlation_id") or told.get("correlationId") or ""),
        exception=str(told.get("exception", "")),
        more={name: value for name, value in told.items() if name not in TOLD_APART},
    )


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return f"{text[:77]}…" if len(text) > 78 else text
