"""A handler's log lines end where its answer begins.

AWS gives every invocation its own lines at no cost to the caller. Stock cannot tell whether a
handler has written its last line: it waits 50 ms for a first one before it answers, and a line that
comes later is put under the next invocation. Closed for handlers in Python and Node.js: their
process writes a mark to the log just before each answer, and the gateway reads up to the mark.
"""

import json
import queue
import time
from typing import Any

from ministack.core.lambda_runtime import Worker

from blockwork.local.emulator.gaps._hooks import (
    run_first_in_node_workers,
    run_first_in_python_workers,
)

MARK = "\x00end of invocation\x00"
LANGUAGES = ("python", "nodejs")
LONGEST_WAIT = 0.25

# The worker keeps the real standard output for its answers and gives the handler standard error.
BEFORE_EACH_ANSWER = f"""
import sys


class _Answers:
    def __init__(self, stream):
        self._stream = stream

    def write(self, text):
        if not text.startswith('{{"status": "ready"'):
            sys.__stderr__.write({MARK!r} + "\\n")
            sys.__stderr__.flush()
        return self._stream.write(text)

    def flush(self):
        self._stream.flush()


sys.stdout = _Answers(sys.stdout)
"""

# In Node.js as well; what it writes to a pipe is there before it goes on.
BEFORE_EACH_ANSWER_OF_NODE = f"""
{{
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text, ...more) => {{
    if (!text.startsWith('{{"status":"ready"'))
      require("fs").writeSync(2, {json.dumps(MARK)} + "\\n");
    return write(text, ...more);
  }};
}}
"""


def close() -> None:
    """Read a worker's log up to the mark; leave other languages as they are."""
    stock = Worker._drain_stderr_bounded

    def lines_of_this_invocation(worker: Any) -> str:
        if not worker.config.get("Runtime", "python").startswith(LANGUAGES):
            return str(stock(worker))
        lines = []
        deadline = time.monotonic() + LONGEST_WAIT
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = worker._stderr_queue.get(timeout=left)
            except queue.Empty:
                break
            # A handler's last line may lack its line end.
            if text := line.removesuffix(MARK):
                lines.append(text)
            if text != line:
                break
        return "\n".join(lines)

    Worker._drain_stderr_bounded = lines_of_this_invocation
    run_first_in_python_workers(BEFORE_EACH_ANSWER)
    run_first_in_node_workers(BEFORE_EACH_ANSWER_OF_NODE)
