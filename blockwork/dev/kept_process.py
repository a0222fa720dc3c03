"""One process that keeps the CDK loaded, as the process that has started it sees it."""

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

PROGRAM = Path(__file__).with_name("kept_cdk.py")
SAID_FOR_MANY_APPS = re.compile("MaxListenersExceededWarning|node --trace-warnings")
"""Node's, of listeners that each `App` adds: after ten syntheses it takes them for a leak."""


END_SECONDS = 10
"""It ends by itself, and takes its temporary files along."""


class ProcessEndedError(Exception):
    """It is no more: the app ended it, or the system did."""


class KeptProcess:
    """A process that keeps the CDK loaded. It ends with this one, however this one ends.

    :param python: the app's interpreter.
    :param program: the app, as words after `python`.
    :param say: told of each line that the app writes.
    """

    def __init__(
        self,
        python: Path,
        program: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        say: Callable[[str], None],
    ) -> None:
        theirs, self._requests = os.pipe()
        self._answers, written = os.pipe()
        try:
            self._process = subprocess.Popen(
                [python, PROGRAM, str(theirs), str(written), *program],
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(theirs, written),
                start_new_session=True,  # so that it can end all that it has started
                text=True,
                errors="replace",
            )
        except OSError:
            os.close(self._requests)
            os.close(self._answers)
            raise
        finally:
            os.close(theirs)
            os.close(written)
        self._lines = os.fdopen(self._answers, "r")
        self.asked = 0
        self._reader = threading.Thread(target=self._read, args=[say], daemon=True)
        self._reader.start()

    def request(self, **request: Any) -> None:  # noqa: ANN401 -- what JSON can hold
        """Ask for something; `answer` tells what came of it."""
        self.asked += 1
        with contextlib.suppress(BrokenPipeError):  # `answer` tells
            os.write(self._requests, json.dumps(request).encode() + b"\n")

    def has_answered(self) -> bool:
        """Tell whether `answer` returns at once."""
        return bool(select.select([self._lines], [], [], 0)[0])

    def answer(self) -> dict[str, Any]:
        """Wait for the answer to the request before.

        :raises ProcessEndedError: if there will be none.
        """
        line = self._lines.readline()
        if not line:
            code = self._process.wait()
            raise ProcessEndedError(f"the app's process ended (exit code {code})")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def memory(self) -> int:
        """Return the resident bytes of it and of all that it has started; 0 if Node.js has gone."""
        try:
            process = psutil.Process(self._process.pid)
            started = sum(each.memory_info().rss for each in process.children(recursive=True))
            return process.memory_info().rss + started if started else 0
        except psutil.Error:
            return 0

    def end(self) -> None:
        """End it and all that it has started."""
        os.close(self._requests)
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._lines.close()
        self._reader.join()

    def _read(self, say: Callable[[str], None]) -> None:
        with self._process.stdout or contextlib.nullcontext() as lines:
            for line in lines or []:
                if not SAID_FOR_MANY_APPS.search(line):
                    say(line.rstrip())
