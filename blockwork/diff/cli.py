"""`blockwork diff BASE HEAD`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from blockwork.arguments import folder as a_folder
from blockwork.arguments import whole_number
from blockwork.command.output import FAILED, AsJson, print_json
from blockwork.diff.differences import TemplateDiffError, find_differences
from blockwork.diff.report import COMMENT_LIMIT, as_markdown, as_text
from blockwork.local.errors import LocalStageError

Base = Annotated[
    Path,
    typer.Argument(
        parser=a_folder, metavar="BASE", help="A cloud assembly, as 'cdk synth --output' makes."
    ),
]
Head = Annotated[
    Path,
    typer.Argument(
        parser=a_folder, metavar="HEAD", help="A cloud assembly, as 'cdk synth --output' makes."
    ),
]
Markdown = Annotated[bool, typer.Option("--markdown", help="For a comment on a pull request.")]
Limit = Annotated[
    int,
    typer.Option(
        parser=whole_number(1000, 999_999_999),
        metavar="CHARACTERS",
        help="Length of the Markdown, at most.",
    ),
]


def diff(
    base: Base,
    head: Head,
    markdown: Markdown = False,
    limit: Limit = COMMENT_LIMIT,
    as_json: AsJson = False,
) -> None:
    """Tell what changes in the templates between two cloud assemblies.

    Data at risk and permissions come first; no AWS account is needed, and a change is no failure.

    Example: blockwork diff ../base/cdk.out cdk.out --markdown
    """
    try:
        differences = find_differences(base, head)
    except (TemplateDiffError, LocalStageError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(FAILED) from error
    if as_json:
        print_json([asdict(each) for each in differences])
    else:
        print(as_markdown(differences, limit) if markdown else as_text(differences))
