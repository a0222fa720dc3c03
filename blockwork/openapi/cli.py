"""`blockwork openapi ASSEMBLY FOLDER`."""

from pathlib import Path
from typing import Annotated

import typer

from blockwork.arguments import folder as a_folder
from blockwork.command.options import Assembly, Prefix
from blockwork.command.output import FAILED
from blockwork.diff.differences import TemplateDiffError, read_assembly
from blockwork.openapi.documents import documents_of
from blockwork.openapi.keeping import stale, write
from blockwork.openapi.templates import OpenApiError, read_apis

Folder = Annotated[
    Path,
    typer.Argument(
        parser=a_folder,
        metavar="FOLDER",
        help="Where the documents are, one an API, and no other JSON.",
    ),
]
Check = Annotated[bool, typer.Option("--check", help="Say what is stale, and write nothing.")]


def openapi(assembly: Assembly, folder: Folder, prefix: Prefix = "", check: Check = False) -> None:
    """Write the contract of every HTTP API of an app as OpenAPI 3.1, one document each.

    Routes and authorizers are those of the templates. What goes in and comes out is what the
    handlers say, which are imported from their bundles: the types of bodies and answers, problems,
    paging, permissions. An API's `Version` is its document's. Exit code 1: an API has changed so
    that its clients would not survive it, and has the same version; or with `--check`, a document
    is not that of the code.

    Example: blockwork openapi cdk.out docs/openapi
    """
    try:
        read_assembly(assembly)  # says what is wrong with it
        documents, gaps = documents_of(read_apis(assembly, stage=prefix))
        says = stale(documents, folder) if check else write(documents, folder)
    except (OpenApiError, TemplateDiffError, OSError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(FAILED) from error
    for gap in gaps:
        typer.echo(f"note: {gap}", err=True)
    for each in says:
        typer.echo(each if check else f"error: {each}", err=not check)
    if not says:
        print(f"{len(documents)} are {'current' if check else f'written to {folder}'}")
    raise typer.Exit(FAILED if says else 0)
