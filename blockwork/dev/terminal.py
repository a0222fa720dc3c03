"""What a person sees of the loop: a line for each save, errors once, what functions log."""

import re
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from blockwork.local.logs import Line

LEVELS = {"ERROR": "red", "CRITICAL": "red", "WARNING": "yellow", "DEBUG": "dim"}
FAILED = "[ERROR]"
MOST_NAMES = 3
PLACE = re.compile(r"(?P<file>[^\n:]+):(?P<line>\d+): ")


class Terminal:
    """Writes whole lines, from whichever thread.

    :param folder: paths below it are shown from there.
    :param console: where to write. Default: standard output.
    """

    def __init__(self, folder: Path, console: Console | None = None) -> None:
        self.folder = folder
        self.console = console or Console(highlight=False, soft_wrap=True)
        self._writing = threading.Lock()
        self._failing: dict[str, str] = {}

    def say(self, sentence: str) -> None:
        """Write a line."""
        self._write(escape(sentence))

    def done(self, what: str, effect: str, seconds: float) -> None:
        """Write what a save has done, and how long it took."""
        at = time.strftime("%H:%M:%S")
        self._write(
            f"{at}  [green]✓[/] {escape(self.short(what))}  {escape(effect)} "
            f"[dim]{seconds:.2f} s[/]"
        )

    def failed(self, of: str, error: str) -> None:
        """Write an error of something, such as `site`, unless it is the one it still has."""
        if self._failing.get(of) == error:
            return
        self._failing[of] = error
        self._write(f"{time.strftime('%H:%M:%S')}  [red]✗[/] {escape(self.short(error))}")

    def mended(self, of: str) -> None:
        """Let the next error of something be written, also if it is the same again."""
        self._failing.pop(of, None)

    def log(self, line: Line) -> None:
        """Write what a function has logged, unless it is an error that a save has been told of."""
        if any(_is_told(error, line.message) for error in [*self._failing.values()]):
            return
        color = LEVELS.get(line.level) or ("red" if line.message.startswith(FAILED) else "")
        text = escape(self.short(str(line)))
        self._write(f"[{color}]{text}[/]" if color else text)

    def short(self, text: str) -> str:
        """Return a text with the app's own paths as one sees them from its folder."""
        return text.replace(f"{self.folder}/", "")

    def _write(self, line: str) -> None:
        with self._writing:
            self.console.print(line)


def names(paths: Sequence[Path], folder: Path) -> str:
    """Return saved files as one line tells of them."""
    shown = [str(each.relative_to(folder)) for each in sorted(paths)[:MOST_NAMES]]
    more = len(paths) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _is_told(error: str, stack: str) -> bool:
    """Tell whether a stack ends in the file and line that an error names."""
    at = PLACE.match(error)
    return at is not None and f'File "{at["file"]}", line {at["line"]}\n' in stack
