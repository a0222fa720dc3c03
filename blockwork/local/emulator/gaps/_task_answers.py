"""What has been answered to the tokens of tasks is on the disk before the answer's sender knows.

A crash goes back some seconds. Whoever has reported a task's end, and has heard that it arrived,
does not report it again, unlike a task that is at work. So answers are also written to a file of
their own. A token is made of what its task is: after a crash the same task has the same one, and
finds its answer.
"""

import base64
import contextlib
import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

from ministack.core import persistence

from blockwork.local.emulator.gaps import _saving

Answer = dict[str, Any]
"""`output`, or `error` and `cause`; and `at`, seconds since the epoch."""

KEPT_SECONDS = 24 * 3600.0


class Answers:
    """Answers that may not be in the saved state yet, and such whose tasks are not there yet."""

    def __init__(self) -> None:
        self._file = Path(persistence.STATE_DIR, "task-answers.jsonl")
        self._early: dict[str, Answer] = {}
        self._mark = 0

    def open(self) -> None:
        """Read what was written and may not have been saved; let saves shorten the file."""
        if not persistence.PERSIST_STATE:
            return
        if self._file.exists():
            for line in self._file.read_text().splitlines():
                with contextlib.suppress(ValueError):  # cut off: nobody was told that it arrived
                    self._early |= json.loads(line)
        _saving.when_taken.append(self._remember_size)
        _saving.when_written.append(self._shorten)

    def write(self, token: str, answer: Answer) -> None:
        """Write an answer to the disk, if there is any state on it."""
        if persistence.PERSIST_STATE:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a") as file:  # what was written outlives the process
                file.write(json.dumps({token: answer}) + "\n")

    def take(self, token: str) -> Answer | None:
        """Return what was answered to a token before a crash."""
        return self._early.pop(token, None)

    def state(self) -> dict[str, Answer]:
        """Return answers whose tasks have not come there again."""
        return dict(self._early)

    def restore(self, kept: dict[str, Answer]) -> None:
        """Take back what `state` returned."""
        oldest = time.time() - KEPT_SECONDS
        kept = {token: answer for token, answer in kept.items() if answer["at"] > oldest}
        self._early = kept | self._early

    def _remember_size(self) -> None:
        self._mark = self._file.stat().st_size if self._file.exists() else 0

    def _shorten(self) -> None:
        with _saving.lock:
            if self._mark and self._file.stat().st_size == self._mark:
                os.truncate(self._file, 0)


def token_of(execution: str, task: str) -> str:
    """Return the token of a task.

    :param execution: its ARN.
    :param task: names this attempt at the task within the execution.
    """
    digest = hashlib.sha256(f"{execution} {task}".encode()).hexdigest()
    return base64.urlsafe_b64encode(f"{execution} {digest}".encode()).decode()


def execution_of(token: Any) -> str | None:
    """Return the ARN of the execution that a token is of; None if no token looks like that."""
    try:
        execution, digest = base64.urlsafe_b64decode(str(token).encode()).decode().split(" ")
    except ValueError:
        return None
    is_one = execution.startswith("arn:aws:states:") and len(digest) == 64
    return execution if is_one else None
