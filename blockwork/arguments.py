"""What every command asks of its arguments: that what was meant to be said is said."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

SHOWN = 60


def filled(text: str | None) -> str | None:
    """Refuse text with nothing in it: a variable that is not set must not mean "all of them".

    :raises typer.BadParameter: if it is empty, blank, or no UTF-8.
    """
    if text is None:
        return None
    if not text.strip():
        raise typer.BadParameter(f"must not be empty, got {shortened(text)}: is a variable unset?")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise typer.BadParameter(f"must be UTF-8, got {shortened(text)}") from error
    return text


def all_filled(texts: list[str] | None) -> list[str] | None:
    """Refuse a list that has such a text in it."""
    for text in texts or []:
        filled(text)
    return texts


def folder(text: str | Path) -> Path:
    """Return a path, as `filled` takes it: an empty one would be the folder one happens to be in.

    :raises typer.BadParameter: if it is empty, blank, or no UTF-8.
    """
    return Path(filled(str(text)) or "")


def whole_number(lowest: int, highest: int) -> Callable[[str | int], int]:
    """Return what reads a whole number between the two, both allowed, and refuses all else."""

    def read(text: str | int) -> int:
        is_number = re.fullmatch(r"[0-9]{1,9}", str(text))
        if is_number and lowest <= int(text) <= highest:
            return int(text)
        raise typer.BadParameter(
            f"must be a whole number from {lowest} to {highest}, got {shortened(text)}"
        )

    return read


def shortened(value: object) -> str:
    """Return what somebody wrote, quoted, for an error."""
    text = str(value)
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")


Directory = Annotated[
    Path,
    typer.Option(
        parser=folder,
        metavar="PATH",
        help="Where the local stage keeps its state.",
        show_default=".local",
    ),
]
