"""`blockwork dev`."""

from pathlib import Path
from typing import Annotated

import typer

from blockwork.arguments import Directory, filled
from blockwork.command.settings import read_settings
from blockwork.dev.debugging import DEBUG_PORT, EVERY_FUNCTION, Editing
from blockwork.dev.loop import Loop, Website
from blockwork.dev.terminal import Terminal
from blockwork.dev.warm import Warm
from blockwork.local.cli import Port, readable_errors
from blockwork.local.configured_app import open_stage
from blockwork.local.logs import Filter
from blockwork.local.places import LOCAL, REPOSITORY

Service = Annotated[
    str | None,
    typer.Option(
        callback=filled,
        metavar="NAME",
        help="Logs of one service, or of functions with this in their name.",
    ),
]
CorrelationId = Annotated[
    str | None,
    typer.Option(callback=filled, metavar="ID", help="Logs of one request, through every hop."),
]

Debug = Annotated[
    bool,
    typer.Option("--debug", help="Let an editor attach, and functions stop at its breakpoints."),
]
Functions = Annotated[
    list[str] | None,
    typer.Option(
        "--function",
        metavar="NAME",
        help="Debug functions with this in their name only; may be given again.",
    ),
]
DebugPort = Annotated[
    int, typer.Option(min=1, max=65_535, metavar="PORT", help="Where the editor attaches.")
]
Wait = Annotated[
    bool, typer.Option("--wait", help="These functions begin once an editor has attached.")
]


def dev(
    directory: Directory = LOCAL,
    port: Port = None,
    service: Service = None,
    correlation_id: CorrelationId = None,
    debug: Debug = False,
    function: Functions = None,
    debug_port: DebugPort = DEBUG_PORT,
    wait: Wait = False,
) -> None:
    """Run the app here and let each save have its effect at once; show what its functions log.

    A saved handler or module runs at the next request; a website's source is in its bucket; a stack
    or a lock is synthesised, and what changes is updated. An error is said once, with file and
    line; the next save mends it. Ctrl-C ends the loop, and the stage runs on as it was deployed.

    A function's time stands still at a breakpoint, of an editor (--debug) or by `breakpoint()`.

    Example: blockwork dev --service catalog
    """
    editing = None
    if debug:
        editing = Editing(functions=function or [EVERY_FUNCTION], port=debug_port, wait=wait)
    elif function or wait:
        raise typer.BadParameter("--function and --wait say what an editor debugs: add --debug")
    with readable_errors():
        stage = open_stage(directory, port)
        content = stage.up()
        if editing is not None:
            pages = stage.account.client("lambda").get_paginator("list_functions").paginate()
            editing.check([each["FunctionName"] for page in pages for each in page["Functions"]])
        terminal = Terminal(REPOSITORY)
        for line in stage.app.summary(content):
            terminal.say(line)
        watched = websites(REPOSITORY)
        Loop(
            stage,
            Warm(stage, terminal, builds=not watched),
            terminal,
            websites=watched,
            wanted=Filter(service=service, correlation_id=correlation_id),
            editing=editing,
        ).run()


def websites(folder: Path) -> list[Website]:
    """Return the websites that the app's settings name."""
    return [
        Website(
            content=(folder / each.content).resolve(),
            watch=each.watch,
            sources=(folder / (each.sources or Path(each.content).parent)).resolve(),
        )
        for each in read_settings(folder).dev.websites
    ]
