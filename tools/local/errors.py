"""What a person reads when the local stage cannot go on."""

from pathlib import Path

TAIL_LINES = 15


class LocalStageError(Exception):
    """Something outside our code stands in the way; the message says what to do about it."""


class CommandError(LocalStageError):
    """A tool failed; the message ends with the last lines of its log.

    :param what: what could not be done, one line.
    :param log: the file that holds the tool's whole output.
    """

    def __init__(self, what: str, log: Path) -> None:
        super().__init__(f"{what}\n\n{tail(log)}\n\nThe whole log: {log}")
        self.log = log


def tail(log: Path, *, lines: int = TAIL_LINES) -> str:
    """Return a log's last lines, indented; blank ones do not count."""
    if not log.is_file():
        return "  (no log)"
    written = [line.rstrip() for line in log.read_text(errors="replace").splitlines()]
    last = [line for line in written if line][-lines:]
    return "\n".join(f"  {line}" for line in last) or "  (the log is empty)"
