"""Where the command begins: its environment is made before anything else is imported."""

import os
import sys

from blockwork import environment

PROGRAM = "blockwork"
COMPLETES = "_BLOCKWORK_COMPLETE"


def main() -> None:
    """Run the command that was called."""
    if COMPLETES not in os.environ:  # the shell says what to complete in variables of its own
        environment.enter()
    from blockwork.command.commands import app
    from blockwork.command.output import USAGE
    from blockwork.command.settings import SettingsError

    try:
        app(prog_name=PROGRAM)
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(USAGE)
