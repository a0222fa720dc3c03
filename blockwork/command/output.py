"""What every command does alike: what it says to a machine, and its exit codes."""

import json
import sys
from typing import Annotated, Any

import typer

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: `docs/command.md` says what each means. The last is a shell's word for Ctrl-C."""

AsJson = Annotated[bool, typer.Option("--json", help="For a machine: one JSON document.")]


def print_json(content: Any) -> None:  # noqa: ANN401 -- JSON
    """Write one document to standard output, and nothing else there."""
    json.dump(content, sys.stdout, indent=2, ensure_ascii=False, default=str)
    sys.stdout.write("\n")
    sys.stdout.flush()
