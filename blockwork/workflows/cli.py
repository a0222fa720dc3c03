"""`blockwork workflows ASSEMBLY FOLDER`."""

from pathlib import Path
from typing import Annotated

import typer

from blockwork.arguments import folder as a_folder
from blockwork.command.options import Assembly, Prefix
from blockwork.command.output import FAILED
from blockwork.diff.differences import TemplateDiffError, read_assembly
from blockwork.workflows.pictures import DrawingError, draw, find_machines, stale

Folder = Annotated[
    Path,
    typer.Argument(
        parser=a_folder,
        metavar="FOLDER",
        help="Where the pictures are, and nothing else in SVG.",
    ),
]
Check = Annotated[bool, typer.Option("--check", help="Say what is stale, and draw nothing.")]


def workflows(
    assembly: Assembly, folder: Folder, prefix: Prefix = "", check: Check = False
) -> None:
    """Draw every state machine of an app, one SVG each.

    Graphviz lays them out: npm's package @viz-js/viz, in the app's folder. No AWS account is
    needed. Exit code 1 with `--check`: a picture is not what it would draw now.

    Example: blockwork workflows cdk.out docs/workflows
    """
    try:
        read_assembly(assembly)  # says what is wrong with it
        machines = find_machines(assembly, stage=prefix)
        if check:
            says = stale(machines, folder)
            print("\n".join(says) if says else f"{len(machines)} pictures are current")
            raise typer.Exit(FAILED if says else 0)
        drawn = draw(machines, folder)
    except (DrawingError, TemplateDiffError, OSError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(FAILED) from error
    print(
        "\n".join([*map(str, drawn), f"{len(drawn)} drawn, {len(machines) - len(drawn)} current"])
    )
