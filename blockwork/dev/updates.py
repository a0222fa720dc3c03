"""What a save of a stack, a block or a lock asks for: a synthesis, and an update of what changed.

One at a time, in the background; what is saved meanwhile is taken up next.
"""

import threading
import time
import traceback
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError

STAGE_ERRORS = (BotoCoreError, ClientError, OSError)
"""What the stage's APIs may answer, such as while it is stopped: no reason to end."""


class Updates(Protocol):
    """Brings the stage to what the app says now."""

    def update(self) -> tuple[list[str], list[str]]:
        """Return what was done, and what stands in the way; each a line."""
        ...

    def close(self) -> None:
        """End what it has started."""


class Background:
    """Updates a stage in a thread of its own.

    :param updates: does the work.
    :param on_end: told the files that asked for it and when each was saved, when the work began,
        what was done, and what stands in the way.
    """

    def __init__(
        self,
        updates: Updates,
        on_end: Callable[[dict[Path, float], float, list[str], list[str]], None],
    ) -> None:
        self._updates, self._on_end = updates, on_end
        self._waiting: dict[Path, float] = {}
        self._stopped = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="updates")
        self._thread.start()

    def ask(self, paths: Collection[Path]) -> None:
        """Let these saved files have their effect, after what is under way."""
        with self._changed:
            now = time.monotonic()
            self._waiting |= {path: now for path in paths if path not in self._waiting}
            self._changed.notify()

    def close(self) -> None:
        """End after what is under way: a deployment that is cut off leaves a stack stuck."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join()
        self._updates.close()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._stopped)
                if self._stopped:
                    return
                asked, self._waiting = self._waiting, {}
            started = time.monotonic()
            try:
                self._on_end(asked, started, *self._updates.update())
            except STAGE_ERRORS as error:
                self._on_end(asked, started, [], [str(error)])
            except Exception:  # a fault of the library's own is said, and the next save is taken up
                self._on_end(asked, started, [], [traceback.format_exc()])
