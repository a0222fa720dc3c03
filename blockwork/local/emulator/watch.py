"""Keep the emulator and what is beside it running: start what crashes again, a few times.

`python -m blockwork.local.emulator.watch` leads the process group that the local stage starts and
stops. BESIDE holds the others as a JSON list: `name`, `command`, and `environment`, which no
handler sees. One of them that keeps ending after it had worked is left alone, and `status` says so;
one that cannot even start ends all, as the emulator's own end does.
"""

import json
import os
import signal
import subprocess
import sys
import time
from types import FrameType

MOST_RESTARTS = 5
SETTLED_SECONDS = float(os.environ.get("SETTLED_SECONDS", "5"))
"""How long one has run that does not fail at its start."""


class Child:
    """A process that is to run, and is started again when it crashes."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.name = name
        self.command = command
        self.environment = {**os.environ, **environment}
        self.restarts = -1
        self.has_settled = False
        self.start()

    def start(self) -> None:
        """Start it, for the first time or again."""
        self.restarts += 1
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.command, env=self.environment)

    def may_restart(self, exit_code: int) -> bool:
        """Tell whether there is hope; what ends itself early has said why it cannot start."""
        settled = time.monotonic() - self.started >= SETTLED_SECONDS
        self.has_settled |= settled
        return self.restarts < MOST_RESTARTS and (settled or exit_code < 0)


def main() -> int:
    """Run all until they are told to end, or one ends too often; return the exit code."""
    stopping = False
    children: list[Child] = []

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        children[0].process.terminate()  # its running handlers may still need the others

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    emulator = [sys.executable, "-m", "blockwork.local.emulator"]
    children.append(Child("the emulator", emulator, {}))
    children += [Child(**each) for each in json.loads(os.environ["BESIDE"])]
    while True:
        ended = _wait_for_one(children)
        exit_code = ended.process.returncode
        if stopping:
            break
        if ended.may_restart(exit_code):
            print(f"{ended.name} ended with {exit_code}: restart {ended.restarts + 1}")
            ended.start()
        elif ended is children[0] or not ended.has_settled:
            break
        else:
            print(f"{ended.name} ended with {exit_code} and is left alone")
            children.remove(ended)
    for child in children:
        child.process.terminate()
        child.process.wait()
    return 0 if exit_code in (0, -signal.SIGTERM) else 1


def _wait_for_one(children: list[Child]) -> Child:
    while True:
        for child in children:
            if child.process.poll() is not None:
                return child
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
