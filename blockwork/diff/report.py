"""Tell differences to a person, on a terminal or in a comment on a pull request."""

import html
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from blockwork.diff.differences import Difference

MARKER = "<!-- template-diff -->"
"""The first line of the comment, by which its next version finds it."""
COMMENT_LIMIT = 65_536
"""Characters that GitHub takes in one comment."""
ROOM_FOR_THE_LAST_SENTENCE = 400
NO_CHANGE = "No change: every template is as it was."

PERMISSIONS = re.compile(
    r"^(?:IAM Statement Changes|IAM Policy Changes|Security Group Changes)$.*?(?:\n\n|\Z)",
    re.MULTILINE | re.DOTALL,
)
LIMITATION = re.compile(r"^\(NOTE: There may be security-related changes.*\n?", re.MULTILINE)
RESOURCE = re.compile(r"^\[([-+~])\] \S+::", re.MULTILINE)
CHANGED_LINE = re.compile(r"^[\s│├└─]*\[([-+~])\]|^│ ([-+]) │")
COLOURS = {"+": "+", "-": "-", "~": "!"}
KINDS = {"+": "added", "~": "changed", "-": "removed"}


@dataclass(frozen=True, kw_only=True)
class Block:
    """A part of the comment that may lose lines at its end.

    :param about: what it tells, for the sentence that says where the comment was cut.
    """

    head: str
    lines: Sequence[str] = ()
    tail: str = ""
    about: str = ""


def as_text(differences: Sequence[Difference]) -> str:
    """Return the whole report for a terminal."""
    risks = [f"! {risk}" for difference in differences for risk in difference.risks]
    stale = [f"! {line}" for difference in differences for line in difference.stale]
    stacks = [f"{', '.join(change.stacks)}\n\n{change.text}\n" for change in differences]
    first = [
        line
        for head, lines in (("Data at risk", risks), ("Read as it was", stale))
        for line in ([head, *lines, ""] if lines else [])
    ]
    return "\n".join([*first, *stacks]) or NO_CHANGE


def as_markdown(differences: Sequence[Difference], limit: int = COMMENT_LIMIT) -> str:
    """Return the report as GitHub-flavoured Markdown: risks, permissions, then everything else.

    :param limit: how many characters it may have; where it is cut, its last sentence says so.
    """
    if not differences:
        return f"{MARKER}\n### Templates\n\n{NO_CHANGE}\n"
    blocks = [Block(head=f"{MARKER}\n### Templates\n")]
    risks = [risk for difference in differences for risk in difference.risks]
    if risks:
        head = "> [!CAUTION]\n> **Data at risk.** What holds data is replaced, removed or refused:"
        blocks.append(_fenced("the data at risk", f"{head}\n>\n", risks, quote="> ", colour="-"))
    stale = [line for difference in differences for line in difference.stale]
    if stale:
        head = "> [!WARNING]\n> **Read as it was** by stacks that the CDK CLI skips:"
        blocks.append(
            _fenced("what is read as it was", f"{head}\n>\n", stale, quote="> ", colour="!")
        )
    permissions = [(change, _permissions(change.text)) for change in differences]
    if any(text for _, text in permissions):
        blocks.append(Block(head="#### Permissions\n"))
    for change, text in permissions:
        if text:
            names = ", ".join(change.stacks)
            about = f"the permissions of {change.stacks[0]}"
            blocks.append(_fenced(about, f"{html.escape(names)}\n", text.splitlines()))
    blocks.append(Block(head="#### Resources\n"))
    blocks += [_details(change) for change in differences]
    return _fitted(blocks, limit - ROOM_FOR_THE_LAST_SENTENCE)


def _permissions(text: str) -> str:
    return LIMITATION.sub("", "".join(PERMISSIONS.findall(text))).strip("\n")


def _details(change: Difference) -> Block:
    counts = Counter(RESOURCE.findall(change.text))
    summary = ", ".join(f"{counts[sign]} {kind}" for sign, kind in KINDS.items() if counts[sign])
    names = ", ".join(change.stacks)
    head = f"<details><summary>{html.escape(names)}: {summary or 'no resource'}</summary>\n\n"
    about = f"the resources of {change.stacks[0]}"
    rest = PERMISSIONS.sub("", change.text).strip("\n")
    return _fenced(about, head, rest.splitlines(), tail="\n</details>\n")


def _fenced(
    about: str,
    head: str,
    lines: Sequence[str],
    *,
    tail: str = "",
    quote: str = "",
    colour: str | None = None,
) -> Block:
    """Return lines as they are, coloured, in a fence that nothing in them can close."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return Block(
        about=about,
        head=f"{head}{quote}{fence}diff",
        lines=[f"{quote}{colour or _colour(line)} {line}" for line in lines],
        tail=f"{quote}{fence}\n{tail}",
    )


def _colour(line: str) -> str:
    found = CHANGED_LINE.match(line)
    return COLOURS[found[1] or found[2]] if found else " "


def _fitted(blocks: Sequence[Block], room: int) -> str:
    """Return as much of the blocks as there is room for, and say what is missing."""
    parts: list[str] = []
    missing = 0
    cut_in = ""
    for block in blocks:
        room -= len(block.head) + len(block.tail) + 2
        shown = 0
        if not missing and room >= 0:
            for line in block.lines:
                room -= len(line) + 1
                if room < 0:
                    break
                shown += 1
            parts += [block.head, *block.lines[:shown], block.tail]
        missing += len(block.lines) - shown
        if missing and not cut_in:
            cut_in = block.about
    if missing:
        parts.append(
            f"**Cut in {cut_in}: {missing:,} more lines do not fit into a comment.** "
            "`blockwork diff BASE HEAD` shows them all, given both cloud assemblies."
        )
    return "\n".join(parts)
