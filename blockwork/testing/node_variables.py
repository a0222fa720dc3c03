"""Which environment variables a bundle in JavaScript reads, found in what is written in it."""

import re
from collections.abc import Iterator

from blockwork.testing.bundles import Files
from blockwork.testing.variables import Variables

MODULES = (".js", ".mjs", ".cjs")
ENVIRONMENT = re.compile(r"\bprocess\.env\b")
BY_NAME = re.compile(r"""\s*(?:\??\.\s*([A-Za-z_$][\w$]*)|(?:\?\.)?\[\s*(["'`])([\w$]+)\2\s*\])""")
IS_SET = re.compile(r"\s*=(?![=>])")
FALLS_BACK = re.compile(r"\s*(?:\?\?|\|\||!==?|===?|\?\.)")
IN_IT = re.compile(r"""(["'])(\w+)\1\s+in\s*$""")
PARTS = re.compile(r"(?:const|let|var)\s*\{([^{}]*)\}\s*=\s*$")
PART = re.compile(r"^\s*([\w$]+)\s*(?::\s*[\w$]+)?\s*(=.*)?$", re.DOTALL)
OF_A_FILE = re.compile(r"^// (\S+)$", re.MULTILINE)
"""What esbuild writes above what each file has become."""


def variables_of(code: Files) -> Iterator[tuple[str, Variables]]:
    """Yield what each module of a team's own reads; packages' settings are theirs to document."""
    for name, text in own_modules(code):
        yield name, variables_in(text)


def own_modules(code: Files) -> Iterator[tuple[str, str]]:
    """Yield the modules of a bundle that were not installed, each with its text."""
    own = (name for name in code.names if name.endswith(MODULES) and "node_modules/" not in name)
    for name, content in code.read(*own):
        yield name, content.decode("utf-8", "replace")


def part_of(text: str, found: re.Match[str]) -> str:
    """Return which file of a bundle's a place in it was; nothing where that is not said."""
    above = [match[1] for match in OF_A_FILE.finditer(text, 0, found.start())]
    return above[-1] if above else ""


def variables_in(text: str) -> Variables:
    """Return what a module reads.

    `process.env.NAME` needs it; where something else is there for what is missing (`??`, `||`, a
    comparison), it is asked for.
    """
    needed, asked, unclear = set[str](), set[str](), set[int]()
    for found in ENVIRONMENT.finditer(text):
        before, after = text[: found.start()], text[found.end() :]
        if "node_modules/" in part_of(text, found):
            continue
        if name := BY_NAME.match(after):
            rest = after[name.end() :]
            if not IS_SET.match(rest):
                (asked if FALLS_BACK.match(rest) else needed).add(name[1] or name[3])
        elif (parts := PARTS.search(before)) and "..." not in parts[1]:
            for part in filter(None, map(PART.match, parts[1].split(","))):
                (asked if part[2] else needed).add(part[1])
        elif inside := IN_IT.search(before):
            asked.add(inside[2])
        else:
            unclear.add(before.count("\n") + 1)
    return Variables(
        needed=frozenset(needed - asked), asked=frozenset(asked), unclear=frozenset(unclear)
    )
