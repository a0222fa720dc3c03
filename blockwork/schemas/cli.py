"""`blockwork schemas [FOLDER]`."""

from pathlib import Path
from typing import Annotated

import typer

from blockwork.arguments import folder as a_folder
from blockwork.command.imports import imported
from blockwork.command.output import FAILED
from blockwork.command.settings import SettingsError, read_settings
from blockwork.runtime.envelope import Event
from blockwork.schemas import file_of, text_of, write

OF_EVENTS = Path("docs/events")
Folder = Annotated[
    Path,
    typer.Argument(parser=a_folder, metavar="FOLDER", help="Where the schemas are, one a file."),
]
Check = Annotated[bool, typer.Option("--check", help="Say what is stale, and write nothing.")]


def schemas(folder: Folder = OF_EVENTS, check: Check = False) -> None:
    """Write the JSON Schema of every event, for readers in any language.

    The events are the subclasses of `blockwork.runtime.envelope.Event` once the module that the
    setting `events` names is imported. Exit code 1: an event has changed so that its readers would
    not survive it, and has the same VERSION; or with `--check`, a schema is not that of the code.

    Example: blockwork schemas docs/events --check
    """
    found = events()
    if check:
        stale = [file_of(each, folder) for each in found if not is_current(each, folder)]
        typer.echo("\n".join(f"{file} is stale" for file in stale) or f"{len(found)} are current")
        raise typer.Exit(FAILED if stale else 0)
    try:
        refusals = write(found, folder)
    except OSError as error:
        typer.echo(f"error: no schema can be written: {error}", err=True)
        raise typer.Exit(FAILED) from error
    for refusal in refusals:
        typer.echo(f"error: {refusal}", err=True)
    typer.echo(f"{len(found) - len(refusals)} of {len(found)} are written to {folder}")
    raise typer.Exit(FAILED if refusals else 0)


def is_current(kind: type[Event], folder: Path) -> bool:
    """Tell whether the schema in a folder is that of the code."""
    try:
        return file_of(kind, folder).read_text(encoding="utf-8") == text_of(kind)
    except OSError:
        return False


def events() -> list[type[Event]]:
    """Return the app's events.

    :raises SettingsError: if its settings name no module that has any.
    """
    settings = read_settings()
    if settings.events is None:
        raise SettingsError(
            "the setting events must name the module of the app's events, such as"
            ' events = "shop.events" in [tool.blockwork] of pyproject.toml'
        )
    imported(settings.events, settings, key="events")
    found = sorted(_below(Event), key=lambda kind: kind.__name__)
    if not found:
        raise SettingsError(f"events: {settings.events} has no class of {Event.__module__}.Event")
    return found


def _below(kind: type[Event]) -> set[type[Event]]:
    return {each for sub in kind.__subclasses__() for each in (sub, *_below(sub))}
