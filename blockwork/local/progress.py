"""Shows what is going on: a line a step, live on a terminal, plain otherwise."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress as RichProgress
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

WORTH_A_LINE = 2.0  # seconds after which somebody who waits wants to know for what
LONGEST_DETAIL = 40


class Progress:
    """Steps that may run at the same time.

    :param console: where to write. Default: standard error, so that standard output is the result.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False)
        self._live = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[detail]}"),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )

    @contextmanager
    def running(self) -> Iterator[None]:
        """Keep the live display up as long as the block runs."""
        with self._live:
            yield

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[str], None]]:
        """Show `name` while the block runs, then how long it took.

        Gives a function that shows a detail behind the name, such as a tool's last line.
        """
        started = time.monotonic()
        row = self._live.add_task(name, total=None, detail="")
        announce = threading.Timer(WORTH_A_LINE, self._announce, args=[name])
        announce.daemon = True
        announce.start()

        def show(detail: str) -> None:
            self._live.update(row, detail=escape(" ".join(detail.split())[:LONGEST_DETAIL]))

        try:
            yield show
        except BaseException:
            self._end(f"[red]✗[/] {name}", started)
            raise
        else:
            self._end(f"[green]✓[/] {name}", started)
        finally:
            announce.cancel()
            self._live.remove_task(row)

    def say(self, sentence: str) -> None:
        """Write one line."""
        self.console.print(sentence)

    def _announce(self, name: str) -> None:
        if not self.console.is_terminal:
            self.console.print(f"… {name}")

    def _end(self, line: str, started: float) -> None:
        self.console.print(f"{line} [dim]{time.monotonic() - started:.1f} s[/]")
