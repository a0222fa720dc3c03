"""`python -m tools up | down | clean | status`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console

from tools.arguments import Directory, whole_number
from tools.local.emulator import answers
from tools.local.errors import LocalStageError
from tools.local.places import LOCAL
from tools.local.ports import HIGHEST, LOWEST
from tools.local.stage import LocalStage

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


def add_commands(app: typer.Typer) -> None:
    """Add the local stage's commands to the command line."""
    commands: list[Callable[..., None]] = [up, down, clean, status]
    for command in commands:
        app.command()(command)


def up(directory: Directory = LOCAL, port: Port = None) -> None:
    """Run the whole platform on this machine."""
    with readable_errors():
        print_summary(LocalStage(directory, port).up())


def down(directory: Directory = LOCAL) -> None:
    """Stop the platform and keep its state."""
    with readable_errors():
        stopped = LocalStage(directory).down()
    console.print("The local stage is down." if stopped else "The local stage was not running.")


def clean(directory: Directory = LOCAL) -> None:
    """Stop the platform and forget its state."""
    with readable_errors():
        LocalStage(directory).clean()
    console.print("The local stage is down, its state is deleted.")


def status(directory: Directory = LOCAL) -> None:
    """Say whether the platform runs, where, and how much memory it takes."""
    with readable_errors():
        stage = LocalStage(directory)
    group = stage.emulator.group
    if group is None or not stage.emulator.is_running():
        console.print("The local stage is not running: make up")
        raise typer.Exit(1)
    silent = [
        name
        for name, port, path in (
            ("the emulator", stage.port, "/_ministack/health"),
            ("the outside world", stage.port + 2, "/health"),
        )
        if not answers(port, path)
    ]
    state = f"running, but {' and '.join(silent)} do not answer" if silent else "running"
    members = len(group.members())
    console.print(
        f"The local stage is {state}: {members} processes, {group.memory() // MEGABYTE} MiB"
    )
    console.print(f"  Website  http://localhost:{stage.port + 1}")
    console.print(f"  AWS API  http://localhost:{stage.port}")
    console.print(f"  Outside  http://localhost:{stage.port + 2}  (payments, weather, mails)")
    console.print(f"  Log      {stage.emulator.log}")


def print_summary(platform: dict[str, Any]) -> None:
    """Say where the platform is and who may sign in."""
    console.print(f"\n  [bold]Website[/]  {platform['siteUrl']}")
    console.print(f"  AWS API  {platform['emulatorUrl']}  (region {platform['region']})")
    console.print(f"  Outside  {platform['providersUrl']}/mails  (every mail that was sent)\n")
    for user in platform["users"]:
        groups = ", ".join(user["groups"])
        console.print(
            f"  Sign in as  {user['email']}  {user['password']}  ({groups})", markup=False
        )
    console.print("\n  Stop with make down; forget everything with make clean.\n")


@contextmanager
def readable_errors() -> Iterator[None]:
    """Turn what stands in the way into one message and exit code 1."""
    try:
        yield
    except LocalStageError as error:
        print(f"\nerror: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
