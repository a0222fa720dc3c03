"""Writes docs/fidelity.md: what the local stage makes of each resource type, and what was tried.

What is called driven is what a test of this repository deploys to the emulator. An operation is
there if code that such a test runs calls it.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from blockwork.command.settings import read_settings
from blockwork.local.preflight.operations import Called, called_by
from blockwork.local.preflight.table import Fate, fate, known_types, said

TYPE = re.compile(r"AWS::\w+::\w+")
IN_TEMPLATE = re.compile(rf'"Type": "({TYPE.pattern})"')
OPERATIONS = """
## Operations that were checked

Called on the local stage by tests, or by code that they let run there. What else the emulator
answers, nobody here has compared with AWS.

| service | operation | called by |
|---|---|---|
"""
HEAD = Path(__file__).with_name("fidelity_head.md")


def evidence(folders: Mapping[str, Path]) -> dict[str, list[str]]:
    """Return which of these folders' templates have a type, by type.

    In Python a type is a text of its own: a docstring that tells of one is none.

    :param folders: files and folders by what a reader calls them.
    """
    found: dict[str, list[str]] = {}
    for name, folder in folders.items():
        files = folder.rglob("*.*") if folder.is_dir() else iter([folder])
        for type_ in {type_ for file in files for type_ in _types_in(file)}:
            found.setdefault(type_, []).append(name)
    return found


def _types_in(file: Path) -> Iterator[str]:
    if file.suffix == ".json":
        yield from IN_TEMPLATE.findall(file.read_text())
    elif file.suffix == ".py":
        constants = (
            n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Constant)
        )
        yield from (str(each.value) for each in constants if TYPE.fullmatch(str(each.value)))


def document(driven: Mapping[str, list[str]], called: Called) -> str:
    """Return the document.

    :param driven: where each type is driven by tests, by type.
    :param called: who calls an operation.
    """
    rows = [*_rows(driven), *OPERATIONS.splitlines()]
    for (service, operation), callers in sorted(called.items()):
        rows.append(f"| `{service}` | `{operation}` | {', '.join(callers)} |")
    return HEAD.read_text() + "".join(f"{row}\n" for row in rows)


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
    driven = evidence({"`tests/emulator`": tests / "emulator"})
    deployed = {
        "the platform": (tests / "snapshot" / "__snapshots__").rglob("*Local-*.json"),
        "`tests/examples`": (root / "examples").glob("*/tests/__snapshots__/**/*.json"),
    }
    for name, snapshots in deployed.items():
        for type_ in {type_ for file in snapshots for type_ in _types_in(file)}:
            driven.setdefault(type_, []).append(name)
    functions = [root / each for each in read_settings(root).path]
    functions += [root / "blockwork" / "runtime", root / "constructs_lib" / "runtime"]
    commands = [root / "blockwork" / name for name in ("events", "failures", "verification")]
    called = called_by(
        {
            "`tests/emulator`": [tests / "emulator"],
            "`tests/e2e`": [tests / "e2e", tests / "browser", tests / "contract"],
            "`tests/examples`": [tests / "examples", root / "examples"],
            "`tests/foreign`": [tests / "foreign"],
            "functions under `tests/e2e`": functions,
            "the command": commands,
        }
    )
    return document(driven, called)


if __name__ == "__main__":
    sys.stdout.write(here(Path.cwd()))
