"""Writes docs/fidelity.md, what the local stage makes of each resource type.

What is called driven is what a test of this repository deploys to the emulator.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from blockwork.local.preflight.table import Fate, fate, known_types, said

TYPE = re.compile(r"AWS::\w+::\w+")
HEAD = Path(__file__).with_name("fidelity_head.md")


def evidence(folders: Mapping[str, Path]) -> dict[str, list[str]]:
    """Return which of these folders' files name a type, by type.

    :param folders: files and folders by what a reader calls them.
    """
    found: dict[str, list[str]] = {}
    for name, folder in folders.items():
        files = folder.rglob("*.*") if folder.is_dir() else iter([folder])
        texts = (file.read_text() for file in files if file.suffix in (".py", ".json"))
        for type_ in {type_ for text in texts for type_ in TYPE.findall(text)}:
            found.setdefault(type_, []).append(name)
    return found


def document(driven: Mapping[str, list[str]]) -> str:
    """Return the document.

    :param driven: where each type is driven by tests, by type.
    """
    return HEAD.read_text() + "".join(f"{row}\n" for row in _rows(driven))


def _rows(driven: Mapping[str, list[str]]) -> Iterator[str]:
    named = {type_ for kind in said().values() for type_ in kind}
    for type_ in sorted(known_types() | named):
        if type_.endswith("*"):
            rest = [known for known in known_types() if known.startswith(type_[:-1])]
            kinds = [kind for kind in (Fate.REFUSED, Fate.PLACEHOLDER) if type_ in said()[kind]]
            for kind in kinds:
                others = ", others" if rest else ""
                yield f"| `{type_}`{others} | {kind} | {said()[kind][type_]} |"
            continue
        becomes, why = fate(type_)
        if becomes is Fate.MADE and type_ in driven:
            yield f"| `{type_}` | driven | {', '.join(driven[type_])} |"
        else:
            yield f"| `{type_}` | {becomes} | {why} |"


def here(root: Path) -> str:
    """Return the document of this repository."""
    tests = root / "tests"
    snapshots = sorted((tests / "snapshot" / "__snapshots__").rglob("*Local-*.json"))
    folders = {"`tests/emulator`": tests / "emulator"}
    driven = evidence(folders)
    for file in snapshots:
        for type_ in evidence({"the platform": file}):
            if "the platform" not in driven.setdefault(type_, []):
                driven[type_].append("the platform")
    return document(driven)


if __name__ == "__main__":
    sys.stdout.write(here(Path.cwd()))
