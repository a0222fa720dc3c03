"""The command `doctor`."""

from pathlib import Path
from typing import Annotated

import typer

from blockwork.arguments import folder
from blockwork.command.output import FAILED, AsJson, print_json
from blockwork.diff.differences import TemplateDiffError, read_assembly

OF_THE_CDK = Path("cdk.out")
Folder = Annotated[
    Path | None,
    typer.Argument(
        parser=folder,
        metavar="ASSEMBLY",
        help="What `cdk synth` wrote.",
        show_default="cdk.out, if it is there",
    ),
]


def doctor(assembly: Folder = None, as_json: AsJson = False) -> None:
    """Say what will get in the way, why, and the way out: of the machine, settings, templates.

    Exit code 1: something has to be mended.

    Example: blockwork doctor cdk.out
    """
    from blockwork.doctor.examine import examine  # the rules that it shares with tests load the CDK

    looked_at = assembly or OF_THE_CDK
    if assembly or looked_at.exists():
        try:
            read_assembly(looked_at)
        except TemplateDiffError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(FAILED) from error
    findings = list(examine(looked_at))
    problems = sum(finding.is_problem for finding in findings)
    if as_json:
        print_json([finding.as_json() for finding in findings])
        raise typer.Exit(FAILED if problems else 0)
    for finding in findings:
        typer.echo(str(finding))
    typer.echo(f"{problems} to mend, {len(findings) - problems} to know")
    raise typer.Exit(FAILED if problems else 0)
