"""What only this platform needs is little: what another team would need is the library's."""

from pathlib import Path

TOOLS = Path(__file__).parents[3] / "tools"
MOST_LINES = 1500


def test_tools_are_few_lines() -> None:
    lines = {file: len(file.read_text().splitlines()) for file in TOOLS.rglob("*.py")}

    assert TOOLS / "platform.py" in lines
    assert sum(lines.values()) < MOST_LINES, "what another team would need goes into the library"
