"""Run a command that ends with the process that has started it, killed or not.

`python leash.py COMMAND…` leads a group of its own. Its standard input is a pipe of
its owner's that nobody writes to; once that ends, the whole group does.
"""

import os
import signal
import subprocess
import sys
import threading


def main() -> int:
    """Run the command and return its exit code."""
    os.setpgid(0, 0)
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)

    def let_go() -> None:
        sys.stdin.buffer.read()
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=let_go, daemon=True).start()
    return process.wait()


if __name__ == "__main__":
    sys.exit(main())
