"""`python -m blockwork.workflows ASSEMBLY FOLDER [--stage STAGE] [--check]`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from blockwork.workflows.pictures import DrawingError, draw, find_machines, stale

Assembly = Annotated[Path, typer.Argument(help="A cloud assembly, as 'cdk synth' makes.")]
Folder = Annotated[Path, typer.Argument(help="Where the pictures are, and nothing else in SVG.")]
Stage = Annotated[
    str, typer.Option(help="Only stacks whose names begin with this, such as Dev; names omit it.")
]
Check = Annotated[bool, typer.Option("--check", help="Say what is stale, and draw nothing.")]


def main(assembly: Assembly, folder: Folder, stage: Stage = "", check: Check = False) -> None:
    """Draw every state machine of an app into FOLDER, one SVG each; no AWS account needed."""
    try:
        machines = find_machines(assembly, stage=stage)
        if check:
            says = stale(machines, folder)
            print("\n".join(says) if says else f"{len(machines)} pictures are current")
            raise typer.Exit(1 if says else 0)
        drawn = draw(machines, folder)
    except DrawingError as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
    print(
        "\n".join([*map(str, drawn), f"{len(drawn)} drawn, {len(machines) - len(drawn)} current"])
    )


if __name__ == "__main__":
    typer.run(main)
