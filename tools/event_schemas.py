"""The events' contracts as JSON Schemas in `docs/events`.

`python -m tools.event_schemas` writes them, `make test` compares.
"""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from shared.events import EVENTS

from blockwork.schemas import write

FOLDER = Path(__file__).parent.parent / "docs" / "events"

console = Console(highlight=False, soft_wrap=True)


def main(folder: Path = FOLDER) -> int:
    """Write the schemas and return 1 if one was refused."""
    refusals = write(EVENTS.values(), folder)
    for refusal in refusals:
        console.print("[red]error:[/]", escape(refusal))
    return 1 if refusals else 0


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m tools.event_schemas", description=__doc__).parse_args()
    sys.exit(main())
