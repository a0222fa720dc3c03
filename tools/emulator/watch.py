"""Keep the emulator running: start it again when it crashes, a few times.

`python -m tools.emulator.watch` leads the process group that the local stage starts and stops.
"""

import signal
import subprocess
import sys
import time
from types import FrameType

MOST_RESTARTS = 5
SETTLED_SECONDS = 5.0


def main() -> int:
    """Run the emulator until it ends in order, or too often, and return its exit code."""
    stopping = False
    child: subprocess.Popen[bytes] | None = None

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        if child is not None:
            child.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    for restarts in range(MOST_RESTARTS + 1):
        started = time.monotonic()
        child = subprocess.Popen([sys.executable, "-m", "tools.emulator"])
        exit_code = child.wait()
        if stopping or exit_code == 0:
            return 0
        if exit_code > 0 and time.monotonic() - started < SETTLED_SECONDS:
            break  # it has said why it cannot start: starting it again is no help
        print(f"emulator ended with {exit_code}, restart {restarts + 1} of {MOST_RESTARTS}")
    return exit_code or 1


if __name__ == "__main__":
    sys.exit(main())
