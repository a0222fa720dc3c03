"""`blockwork dev`."""

from pathlib import Path
from typing import Annotated

import typer

from blockwork.arguments import Directory, filled
from blockwork.command.settings import read_settings
from blockwork.dev.deployed_by_cdk import DeployedByCdk
from blockwork.dev.loop import Loop, Website
from blockwork.dev.terminal import Terminal
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


def dev(
    directory: Directory = LOCAL,
    port: Port = None,
    service: Service = None,
    correlation_id: CorrelationId = None,
) -> None:
    """Run the app here and let each save have its effect at once; show what its functions log.

    A saved handler or module runs at the next request; a website's source is in its bucket; a stack
    or a lock is synthesised, and what changes is updated. An error is said once, with file and
    line; the next save mends it. Ctrl-C ends the loop, and the stage runs on as it was deployed.

    Example: blockwork dev --service catalog
    """
    with readable_errors():
        stage = open_stage(directory, port)
        content = stage.up()
        terminal = Terminal(REPOSITORY)
        for line in stage.app.summary(content):
            terminal.say(line)
        watched = websites(REPOSITORY)
        Loop(
            stage,
            DeployedByCdk(stage, builds=not watched),
            terminal,
            websites=watched,
            wanted=Filter(service=service, correlation_id=correlation_id),
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
