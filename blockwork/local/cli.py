"""The local stage's commands: up, down, clean and status."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from blockwork.arguments import Directory, whole_number
from blockwork.companions import FIRST_COMPANION, OUTSIDE, FakeService
from blockwork.local.errors import LocalStageError
from blockwork.local.launch import answers
from blockwork.local.places import LOCAL
from blockwork.local.ports import HIGHEST, LOWEST
from blockwork.local.stage import LocalStage

Port = Annotated[
    int | None,
    typer.Option(
        parser=whole_number(LOWEST, HIGHEST),
        metavar="PORT",
        help="Port of AWS's APIs; website, providers, mail are on the next ones.",
        show_default="4566",
    ),
]

MEGABYTE = 1024 * 1024
console = Console(highlight=False, soft_wrap=True)


OpenStage = Callable[[Path, int | None], LocalStage]
"""Opens the stage in a folder, on a port if one is wished for."""


def add_commands(app: typer.Typer, open_stage: OpenStage) -> None:
    """Add the commands of an app's local stage to a command line."""

    @app.command()
    def up(directory: Directory = LOCAL, port: Port = None) -> None:
        """Run the whole platform on this machine."""
        with readable_errors():
            stage = open_stage(directory, port)
            lines = stage.app.summary(stage.up())
        console.print("", *lines, "", sep="\n", markup=False)

    @app.command()
    def down(directory: Directory = LOCAL) -> None:
        """Stop the platform and keep its state."""
        with readable_errors():
            stopped = open_stage(directory, None).down()
        said = "The local stage is down." if stopped else "The local stage was not running."
        console.print(said)

    @app.command()
    def clean(directory: Directory = LOCAL) -> None:
        """Stop the platform and forget its state."""
        with readable_errors():
            open_stage(directory, None).clean()
        console.print("The local stage is down, its state is deleted.")

    @app.command()
    def status(directory: Directory = LOCAL) -> None:
        """Say whether the platform runs, where, and how much memory it takes."""
        with readable_errors():
            show_status(open_stage(directory, None))


def show_status(stage: LocalStage) -> None:
    """Say how a stage is; exit code 1 if it does not run."""
    group = stage.emulator.group
    if group is None or not stage.emulator.is_running():
        console.print("The local stage is not running: make up")
        raise typer.Exit(1)
    silent = [] if answers(stage.port) else ["the emulator"]
    silent += stage.emulator.silent(stage.port)
    state = f"running, but {' and '.join(silent)} do not answer" if silent else "running"
    members = len(group.members())
    console.print(
        f"The local stage is {state}: {members} processes, {group.memory() // MEGABYTE} MiB"
    )
    console.print(f"  Website  http://localhost:{stage.port + 1}")
    console.print(f"  AWS API  http://localhost:{stage.port}")
    console.print(f"  Outside  {outside_line(stage.port, stage.app.fakes)}")
    for number, each in enumerate(stage.app.companions, start=stage.port + FIRST_COMPANION):
        console.print(f"  {each.name}  http://localhost:{number}  {each.offers}".rstrip())
    console.print(f"  Log      {stage.emulator.log}")


def outside_line(port: int, fakes: Sequence[FakeService]) -> str:
    """Return where all that is outside is, and what there is."""
    names = ", ".join(each.name for each in fakes)
    played = f", fakes: {names}" if names else ""
    return f"http://localhost:{port + OUTSIDE}/mails  (every mail that was sent{played})"


@contextmanager
def readable_errors() -> Iterator[None]:
    """Turn what stands in the way into one message and exit code 1."""
    try:
        yield
    except LocalStageError as error:
        print(f"\nerror: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
