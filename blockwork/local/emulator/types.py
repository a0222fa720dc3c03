"""Prints the resource types that the emulator makes, a line each.

`python -m blockwork.local.emulator.types`, in the emulator's environment, with a folder of its own
as TMPDIR and STATE_DIR.
"""

import os
import sys


def main() -> None:
    """Close the gaps, print, and end at once whatever has been started."""
    from ministack import app  # noqa: F401 -- reads its settings first
    from ministack.services.cloudformation import provisioners

    from blockwork.local.emulator.gaps import close_all

    close_all()
    print(*sorted(provisioners._RESOURCE_HANDLERS), sep="\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
