"""Keep the emulator running: start it again when it crashes, a few times.

`python -m tools.emulator.watch` leads the process group that the local stage starts and stops.
"""

import os
import signal
import subprocess
import sys
import time
from types import FrameType

MOST_RESTARTS = 5
# A process that ends sooner has never worked: starting it again is no help.
SETTLED_SECONDS = float(os.environ.get("SETTLED_SECONDS", "5"))


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
        if time.monotonic() - started < SETTLED_SECONDS:
            break
        print(f"emulator ended with {exit_code}, restart {restarts + 1} of {MOST_RESTARTS}")
    return exit_code or 1


if __name__ == "__main__":
    sys.exit(main())
