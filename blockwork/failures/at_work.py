"""What a redrive shows while it runs, and how it is asked to stop."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from blockwork.command.output import INTERRUPTED
from blockwork.failures.redrive import Result
from blockwork.failures.sqs_queue import SqsQueue

WORTH_A_BAR = 10


@contextmanager
def progress_bar(service: str, queue: SqsQueue) -> Iterator[Callable[[Result], None]]:
    """Show a bar while the block runs, if there is enough to do."""
    expected = queue.depth().visible
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=expected < WORTH_A_BAR,
    )
    with bar:
        row = bar.add_task(service, total=expected)
        yield lambda result: bar.update(row, completed=result.redriven + len(result.failed))


@contextmanager
def stopping_on_signals() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C or a polite kill sets; the second time ends the process."""
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(INTERRUPTED)  # threads that wait for a function would be waited for
        stop.set()
        typer.echo("Finishing what has begun; again ends at once, which loses nothing.", err=True)

    previous = {n: signal.signal(n, ask_to_stop) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
