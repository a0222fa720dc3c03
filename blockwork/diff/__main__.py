"""`python -m blockwork.diff BASE HEAD [--markdown]`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from blockwork.arguments import whole_number
from blockwork.diff.differences import TemplateDiffError, find_differences
from blockwork.diff.report import COMMENT_LIMIT, as_markdown, as_text

Assembly = Annotated[Path, typer.Argument(help="A cloud assembly, as 'cdk synth --output' makes.")]
Markdown = Annotated[bool, typer.Option("--markdown", help="For a comment on a pull request.")]
Limit = Annotated[
    int,
    typer.Option(
        parser=whole_number(1000, 999_999_999),
        metavar="CHARACTERS",
        help="Length of the Markdown, at most.",
    ),
]


def main(
    base: Assembly, head: Assembly, markdown: Markdown = False, limit: Limit = COMMENT_LIMIT
) -> None:
    """Tell what changes in the templates between two cloud assemblies; no AWS account needed."""
    try:
        differences = find_differences(base, head)
    except TemplateDiffError as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
    print(as_markdown(differences, limit) if markdown else as_text(differences))


if __name__ == "__main__":
    typer.run(main)
