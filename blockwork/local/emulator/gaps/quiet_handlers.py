"""All that a handler has written is in its log when it answers.

AWS gives every invocation its own lines at no cost to the caller. Stock cannot tell whether a
handler has written its last line: it waits 50 ms for a first one before it answers, puts a line
that comes later under the next invocation, and reads no more of a process that has once written
what is no text. Closed for handlers in Python and Node.js: what their process writes before its
answer is in the pipe before it, however busy the machine, so nothing has to be waited for.
"""

import os
import select
import threading
from typing import Any

from ministack.core.lambda_runtime import Worker

from blockwork.local.emulator.gaps._hooks import (
    run_first_in_node_workers,
    run_first_in_python_workers,
)

A_PIPE_HOLDS = 2**20
"""Bytes, at most."""

# The worker keeps the real standard output for its answers and gives the handler standard error.
BEFORE_EACH_ANSWER = """
import sys


class _Answers:
    def __init__(self, stream):
        self._stream = stream

    def write(self, text):
        sys.__stderr__.flush()  # a line may lack its end
        return self._stream.write(text)

    def flush(self):
        self._stream.flush()


sys.stdout = _Answers(sys.stdout)
"""

# What the pipe has no room for is written later, in order.
BEFORE_EACH_ANSWER_OF_NODE = """
{
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text) => {
    if (process.stderr.writableLength === 0) write(text);
    else process.stderr.write("", () => write(text));
  };
}
"""


class Said:
    """What one process of a handler writes, up to now.

    :param stream: its standard error, which nobody else may read.
    """

    def __init__(self, stream: Any) -> None:
        self._stream, self._file = stream, stream.fileno()
        os.set_blocking(self._file, False)
        self._reading = threading.Lock()
        self._text = bytearray()
        self._is_over = False

    def follow(self) -> None:
        """Read as it comes, so that the process never waits for room, until it has ended."""
        waiting = select.poll()
        waiting.register(self._file, select.POLLIN)
        while not self._is_over:
            waiting.poll()
            self._read()

    def taken(self) -> str:
        """Return what has come since the last time, with all that is in the pipe."""
        self._read()
        with self._reading:
            text, self._text = self._text, bytearray()
        return "\n".join(filter(None, text.decode(errors="replace").split("\n")))

    def _read(self) -> None:
        with self._reading:
            try:
                some = os.read(self._file, A_PIPE_HOLDS)
            except BlockingIOError:
                return
            self._text += some
            self._is_over = not some


def close() -> None:
    """Read what processes write; leave other languages as they are."""

    def reader(worker: Any) -> Any:
        # Asked for when the process has just been started, for the thread that is to read.
        worker.said, worker._proc.stderr = Said(worker._proc.stderr), None
        return worker.said.follow

    def lines(stock: Any) -> Any:
        def of_this_invocation(worker: Any, **waiting: float) -> str:
            return str(worker.said.taken() if worker.said else stock(worker, **waiting))

        return of_this_invocation

    Worker.said = None
    Worker._read_stderr = property(reader)
    Worker._drain_stderr = lines(Worker._drain_stderr)
    Worker._drain_stderr_bounded = lines(Worker._drain_stderr_bounded)
    run_first_in_python_workers(BEFORE_EACH_ANSWER)
    run_first_in_node_workers(BEFORE_EACH_ANSWER_OF_NODE)
