"""AGENTS.md and llms.txt: the library in short, for coding assistants and whoever is in a hurry.

`python -m blockwork.new.guides` writes both anew from the docstrings, here and for the wheel;
`--check` says which are stale.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from blockwork.new.docstrings import Said, fixtures, modules, public_names

ROOT = Path(__file__).parents[2]
SHIPPED = Path(__file__).parent / "guide"
"""Where the wheel has them, beside what people have written of them."""
AGENTS, LLMS = "AGENTS.md", "llms.txt"

ABOUT = (
    "Blocks of the AWS CDK in Python for serverless apps, what their functions are made of, and "
    "a command that runs any CDK app on one machine"
)


def agents() -> str:
    """Return the text of AGENTS.md."""
    return "\n".join(
        [
            (SHIPPED / "rules.md").read_text("utf-8"),
            "## Blocks: `from constructs_lib.blocks import …`\n",
            *_with_examples(public_names(ROOT, "constructs_lib.blocks")),
            "## Primitives: `from constructs_lib.primitives import …`\n",
            *_with_examples(public_names(ROOT, "constructs_lib.primitives")),
            "## In functions: `from blockwork.runtime.… import …`\n",
            *_table(("module", "is", "has"), modules(ROOT, "blockwork.runtime")),
            "## In tests: fixtures of the pytest plugin, types from `blockwork.testing`\n",
            *_lines(fixtures(ROOT, "blockwork/pytest_plugin.py")),
            "\n## The command\n",
            *(f"- `{words}`: {says}" for words, says in commands()),
            "",
        ]
    )


def llms() -> str:
    """Return the text of llms.txt (https://llmstxt.org); paths are from the packages' folder."""
    parts: list[tuple[str, list[Said]]] = [
        ("Blocks", public_names(ROOT, "constructs_lib.blocks")),
        ("Primitives", public_names(ROOT, "constructs_lib.primitives")),
        ("In functions", modules(ROOT, "blockwork.runtime")),
        ("In tests", public_names(ROOT, "blockwork.testing")),
    ]
    lines = [
        "# Blockwork",
        "",
        f"> {ABOUT}.",
        "",
        f"- [{AGENTS}]({AGENTS}): the rules, every block with an example, the commands that check",
    ]
    for title, names in parts:
        lines += ["", f"## {title}", ""]
        lines += [f"- [{each.name}]({each.file}): {each.says}" for each in names]
    lines += ["", "## The command", ""]
    lines += [f"- `{words}`: {says}" for words, says in commands()]
    return "\n".join([*lines, ""])


def commands() -> Iterator[tuple[str, str]]:
    """Yield every command with the first line of its help."""
    from typer.core import TyperGroup

    from blockwork.command.commands import COMMANDS, load

    for name in sorted(COMMANDS):
        command = load(name)
        if isinstance(command, TyperGroup):
            for sub, each in command.commands.items():
                yield f"blockwork {name} {sub}", _first_line(each.help)
        else:
            yield f"blockwork {name}", _first_line(command.help)


def written() -> dict[Path, str]:
    """Return the texts of all files that this module writes."""
    texts = {AGENTS: agents(), LLMS: llms()}
    return {folder / name: text for folder in (ROOT, SHIPPED) for name, text in texts.items()}


def stale() -> list[Path]:
    """Return the files whose texts are not what the docstrings say now."""
    return [
        file
        for file, text in written().items()
        if not file.is_file() or file.read_text("utf-8") != text
    ]


def _first_line(text: str | None) -> str:
    return " ".join((text or "").strip().split("\n\n")[0].split())


def _with_examples(names: Iterable[Said]) -> Iterator[str]:
    for each in names:
        offers = f" `{'`, `'.join(each.offers)}`." if each.offers else ""
        yield f"- **{each.name}**: {each.says}{offers}"
        if each.example:
            yield ""
            yield "  ```python"
            yield from (f"  {line}".rstrip() for line in each.example.splitlines())
            yield "  ```"
            yield ""
    yield ""


def _lines(names: Iterable[Said]) -> Iterator[str]:
    yield from (f"- `{each.name}`: {each.says}" for each in names)


def _table(head: tuple[str, ...], names: Iterable[Said]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for each in names:
        has = ", ".join(f"`{name}`" for name in each.offers)
        yield f"| `{each.name}` | {each.says} | {has} |"
    yield ""


def main(words: list[str]) -> None:
    """Write the files, or with `--check` say which are stale."""
    found = stale()
    if words == ["--check"]:
        for file in found:
            print(f"{file.relative_to(ROOT)} is stale: python -m blockwork.new.guides")
        sys.exit(1 if found else 0)
    for file in found:
        file.parent.mkdir(exist_ok=True)
        file.write_text(written()[file], encoding="utf-8")
        print(file.relative_to(ROOT))


if __name__ == "__main__":
    main(sys.argv[1:])
