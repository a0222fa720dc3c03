"""`blockwork local up | down | status | clean | logs`."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console

from blockwork.arguments import Directory, filled, whole_number
from blockwork.command.called import called
from blockwork.command.output import FAILED, AsJson, print_json
from blockwork.companions import beside, beside_lines
from blockwork.local.account import Deployed
from blockwork.local.configured_app import open_stage
from blockwork.local.errors import LocalStageError
from blockwork.local.launch import answers
from blockwork.local.logs import Filter
from blockwork.local.logs import follow as follow_lines
from blockwork.local.places import LOCAL
from blockwork.local.ports import HIGHEST, LOWEST
from blockwork.local.stage import LocalStage

Port = Annotated[
    int | None,
    typer.Option(
        parser=whole_number(LOWEST, HIGHEST),
        metavar="PORT",
        help="Port of AWS's APIs; website, outside world, mail are on the next ones.",
        show_default="as last, else 4566",
    ),
]

Service = Annotated[
    str | None,
    typer.Option(
        callback=filled,
        metavar="NAME",
        help="Of one service, or of functions with this in their name.",
        show_default="all",
    ),
]
CorrelationId = Annotated[
    str | None,
    typer.Option(
        callback=filled,
        metavar="ID",
        help="Of one request, through every hop.",
        show_default="all",
    ),
]
Follow = Annotated[bool, typer.Option("--follow", help="Go on until Ctrl-C or the stage ends.")]
Lines = Annotated[bool, typer.Option("--json", help="For a machine: a JSON document a line.")]

MEGABYTE = 1024 * 1024
console = Console(highlight=False, soft_wrap=True)
app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Run the app here: up, down, status, clean, logs.",
)


@app.command()
def up(directory: Directory = LOCAL, port: Port = None, as_json: AsJson = False) -> None:
    """Run the app's stacks on this machine, without an AWS account; again after a change.

    Does only what is missing: what it has built and deployed it keeps until `clean`. What the app
    says in `[tool.blockwork.local]` of its `pyproject.toml` counts, without it all of its stacks.

    Example: blockwork local up --port 4600
    """
    with readable_errors():
        stage = open_stage(directory, port)
        content = stage.up()
    if as_json:
        print_json(content)
    else:
        console.print("", *stage.app.summary(content), "", sep="\n", markup=False)


@app.command()
def down(directory: Directory = LOCAL) -> None:
    """Stop it and keep its state.

    Example: blockwork local down
    """
    with readable_errors():
        stopped = open_stage(directory).down()
    said = "The local stage is down." if stopped else "The local stage was not running."
    console.print(said)


@app.command()
def clean(directory: Directory = LOCAL) -> None:
    """Stop it and forget its state.

    Example: blockwork local clean
    """
    with readable_errors():
        open_stage(directory).clean()
    console.print("The local stage is down, its state is deleted.")


@app.command()
def status(directory: Directory = LOCAL, as_json: AsJson = False) -> None:
    """Say whether it runs, where, and how much memory it takes.

    Exit code 1: it does not run, or something of it does not answer.

    Example: blockwork local status --json
    """
    with readable_errors():
        stage = open_stage(directory)
        found = state_of(stage)
    if as_json:
        print_json(found)
    else:
        show(stage, found)
    if not found["running"] or found["silent"]:
        raise typer.Exit(FAILED)


@app.command()
def logs(
    directory: Directory = LOCAL,
    service: Service = None,
    correlation_id: CorrelationId = None,
    follow: Follow = False,
    as_json: Lines = False,
) -> None:
    """Show what the functions have logged since the stage came up.

    Example: blockwork local logs --service orders --follow
    """
    with readable_errors():
        stage = open_stage(directory)
    wanted = Filter(service=service, correlation_id=correlation_id)
    lines = follow_lines(
        stage.directory,
        wanted,
        goes_on=lambda: follow and stage.emulator.is_running(),
        from_start=True,
    )
    for each in lines:
        print(json.dumps(each.as_json()) if as_json else each, flush=True)


def state_of(stage: LocalStage) -> dict[str, Any]:
    """Return how a stage is, as `--json` tells it."""
    group = stage.emulator.group
    running = group is not None and stage.emulator.is_running()
    found: dict[str, Any] = {"running": running, "directory": str(stage.directory)}
    if group is None or not running:
        return found
    silent = [] if answers(stage.port) else ["the emulator"]
    return {
        **found,
        "silent": silent + stage.emulator.silent(stage.port),
        "processes": len(group.members()),
        "memoryMiB": group.memory() // MEGABYTE,
        "emulatorUrl": f"http://localhost:{stage.port}",
        "siteUrl": f"http://localhost:{stage.port + 1}",
        "stacks": [] if silent else [_as_json(each) for each in stage.account.deployed()],
        "beside": beside(stage.app.fakes, stage.app.companions, stage.port),
        "log": str(stage.emulator.log),
    }


def _as_json(stack: Deployed) -> dict[str, str]:
    """Return where a stack is, and how it went."""
    return {
        "name": stack.name,
        "status": stack.status,
        "account": stack.account,
        "region": stack.region,
    }


def show(stage: LocalStage, found: dict[str, Any]) -> None:
    """Say how a stage is."""
    if not found["running"]:
        console.print(f"The local stage is not running: {called('local up')}", markup=False)
        return
    silent = found["silent"]
    state = f"running, but {' and '.join(silent)} do not answer" if silent else "running"
    console.print(
        f"The local stage is {state}: {found['processes']} processes, {found['memoryMiB']} MiB"
    )
    console.print(f"  Website  {found['siteUrl']}")
    console.print(f"  AWS API  {found['emulatorUrl']}")
    console.print(*beside_lines(found["beside"]), sep="\n", markup=False)
    for place, names in _by_place(found["stacks"]):
        console.print(f"  Stacks   {place}: {', '.join(names)}", markup=False)
    console.print(f"  Log      {found['log']}")


def _by_place(stacks: list[dict[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """Yield the stacks of each region and account; one that is not well says how it is."""
    by_place: dict[str, list[str]] = {}
    for each in stacks:
        is_well = each["status"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
        said = each["name"] if is_well else f"{each['name']} ({each['status']})"
        by_place.setdefault(f"{each['region']}/{each['account']}", []).append(said)
    yield from by_place.items()


@contextmanager
def readable_errors() -> Iterator[None]:
    """Turn what stands in the way into one message and exit code 1."""
    try:
        yield
    except LocalStageError as error:
        print(f"\nerror: {error}", file=sys.stderr)
        raise typer.Exit(FAILED) from error
