"""Which resource types do what on the local stage.

Standard library only: the emulator reads it too, from an environment of its own.
"""

import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
TYPES, KNOWN = HERE / "types.toml", HERE / "emulator_types.txt"
CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")


class Fate(StrEnum):
    """What becomes of a resource."""

    MADE = "made"
    ACCEPTED = "accepted"
    PLACEHOLDER = "placeholder"
    REFUSED = "refused"


UNKNOWN = "the emulator does not know the type"


@cache
def known_types() -> frozenset[str]:
    """Return the types that the emulator makes, our gaps included."""
    return frozenset(KNOWN.read_text().split())


@cache
def said() -> dict[Fate, dict[str, str]]:
    """Return what `types.toml` says: a sentence by type or `AWS::Service::*`, by fate."""
    content = tomllib.loads(TYPES.read_text(encoding="utf-8"))
    return {Fate(fate): sentences for fate, sentences in content.items()}


def fate(type_: str) -> tuple[Fate, str]:
    """Return what becomes of a resource of a type, and what happens instead of what AWS does."""
    if type_.startswith(CUSTOM):
        return Fate.MADE, ""
    if sentence := _said(Fate.REFUSED, type_):
        return Fate.REFUSED, sentence
    if type_ in known_types():
        sentence = _said(Fate.ACCEPTED, type_)
        return (Fate.ACCEPTED, sentence) if sentence else (Fate.MADE, "")
    if sentence := _said(Fate.PLACEHOLDER, type_):
        return Fate.PLACEHOLDER, sentence
    return Fate.REFUSED, UNKNOWN


def _said(name: Fate, type_: str) -> str | None:
    sentences = said()[name]
    service = type_.rpartition("::")[0]
    return sentences.get(type_) or sentences.get(f"{service}::*")
