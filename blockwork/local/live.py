"""What a running loop tells the emulator: `dev/live.json` in the folder of a local stage.

The loop writes it whole; the emulator looks at it before each invocation and believes it only while
the loop's process lives. That process keeps a lock (`flock`), which ends with it, killed or not, so
nobody has to clean up and no number of a process is taken for another's. Without a loop nothing is
there, and everything is as it was deployed.

Read in the emulator, too: standard library and `blockwork.alone` only.
"""

import fcntl
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from blockwork.alone import take, to_stderr


class LiveFile:
    """The file of one local stage.

    :param directory: the stage's folder, such as `.local`; the emulator's is the one above its
        STATE_DIR.
    """

    def __init__(self, directory: Path) -> None:
        self.file = directory / "dev" / "live.json"
        self._lock = directory / "dev" / "live.lock"
        self._content: dict[str, Any] = {}
        self._changing = threading.Lock()
        self._read: tuple[tuple[int, ...], dict[str, Any]] | None = None

    @contextmanager
    def held(self, say: Callable[[str], None] = to_stderr) -> Iterator[None]:
        """Be the stage's loop while the block runs; the file is there, and gone afterwards.

        Waits until another loop of the stage has ended.

        :param say: told for whom it waits.
        """
        lock = take(self._lock, "blockwork dev", say)
        try:
            self._content = {"pid": os.getpid(), "created": time.time()}
            self.change()
            yield
        finally:
            self.file.unlink(missing_ok=True)
            os.close(lock)

    def change(self, **parts: Any) -> None:  # noqa: ANN401 -- what JSON can hold
        """Write parts of the file anew, such as `functions` or `debug`; the others stay.

        Only within `held`; from any thread.
        """
        with self._changing:
            self._content |= parts
            unfinished = self.file.with_suffix(".unfinished")
            unfinished.write_text(json.dumps(self._content), encoding="utf-8")
            unfinished.replace(self.file)

    def read(self) -> dict[str, Any] | None:
        """Return what a living loop says, or None without one; read anew only when it changed."""
        try:
            state = self.file.stat()
        except OSError:
            return None
        if not self._is_held():
            return None
        changed = (state.st_ino, state.st_mtime_ns, state.st_size)
        if self._read is None or self._read[0] != changed:
            try:
                self._read = (changed, json.loads(self.file.read_bytes()))
            except (OSError, ValueError):  # it has just gone
                return None
        return self._read[1]

    def _is_held(self) -> bool:
        try:
            lock = os.open(self._lock, os.O_RDONLY)
        except OSError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False
