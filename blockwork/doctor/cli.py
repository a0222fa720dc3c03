"""The command `doctor`."""

from pathlib import Path
from typing import Annotated

import typer

from blockwork.arguments import folder

Folder = Annotated[
    Path, typer.Argument(parser=folder, metavar="ASSEMBLY", help="What `cdk synth` wrote.")
]


def doctor(assembly: Folder = Path("cdk.out")) -> None:
    """Say what will get in the way: Node.js, Pythons, timeouts, packages, public routes."""
    from blockwork.doctor.examine import examine  # the rules that it shares with tests load the CDK

    findings = list(examine(assembly))
    for finding in findings:
        typer.echo(str(finding))
    problems = sum(finding.is_problem for finding in findings)
    typer.echo(f"{problems} to mend, {len(findings) - problems} to know")
    raise typer.Exit(1 if problems else 0)
