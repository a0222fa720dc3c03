"""What a person reads when the local stage cannot go on."""

import re
from pathlib import Path

TAIL_LINES = 15
FIRST_ERROR = re.compile(r"(npm )?error\b", re.IGNORECASE)
"""How npm and uv begin the line with the cause; traces and notes come after it."""


class LocalStageError(Exception):
    """Something outside our code stands in the way; the message says what to do about it."""


class CommandError(LocalStageError):
    """A tool failed; the message holds the cause as its log tells it.

    :param what: what could not be done, one line.
    :param log: the file that holds the tool's whole output.
    :param remedy: what to do about it. Default: the log says so.
    """

    def __init__(self, what: str, log: Path, remedy: str = "") -> None:
        paragraphs = [what, tail(log), remedy, f"The whole log: {log}"]
        super().__init__("\n\n".join(paragraph for paragraph in paragraphs if paragraph))
        self.log = log


def tail(log: Path, *, lines: int = TAIL_LINES) -> str:
    """Return a log's last lines, indented; blank ones do not count.

    Where the first line that tells of an error came before them, it and what follows stand first.
    """
    if not log.is_file():
        return "  (no log)"
    written = [line.rstrip() for line in log.read_text(errors="replace").splitlines()]
    written = [line for line in written if line]
    last = written[-lines:]
    first = next((at for at, line in enumerate(written) if FIRST_ERROR.match(line)), len(written))
    if first < len(written) - lines:
        last = [*written[first : first + lines // 3], "…", *written[-(lines - lines // 3 - 1) :]]
    return "\n".join(f"  {line}" for line in last) or "  (the log is empty)"
