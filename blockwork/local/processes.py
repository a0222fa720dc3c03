"""Process groups that outlive the command that started them."""

import contextlib
import math
import os
import signal
import time
from dataclasses import dataclass
from typing import Any

import psutil

TERM_SECONDS = 10.0  # to write the state and let go
KILL_SECONDS = 3.0


@dataclass(frozen=True, kw_only=True)
class Group:
    """A process that leads a group, known by more than its number.

    :param pid: the leader's process id, which is the group's too.
    :param created: when the leader started, seconds since the epoch; numbers are used again.
    """

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> "Group":
        """Describe the group a running process leads."""
        return cls(pid=pid, created=psutil.Process(pid).create_time())

    def is_running(self) -> bool:
        """Tell whether the leader is alive, and still the process that was started."""
        with contextlib.suppress(ChildProcessError):  # a child of ours must be collected
            os.waitpid(self.pid, os.WNOHANG)
        try:
            leader = psutil.Process(self.pid)
            same = abs(leader.create_time() - self.created) < 1
            return same and leader.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def members(self) -> list[psutil.Process]:
        """Return every living process of the group; none once the leader's number is another's."""
        try:
            reused = abs(psutil.Process(self.pid).create_time() - self.created) >= 1
        except psutil.NoSuchProcess:
            reused = False  # the leader is gone, its group can go on
        return [] if reused else [p for p in psutil.process_iter() if self._has(p)]

    def memory(self) -> int:
        """Return the resident memory of all members together, bytes."""
        total = 0
        for process in self.members():
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
        return total

    def computed(self) -> int:
        """Return how many whole seconds of the processor its living members have had."""
        spent = 0.0
        for process in self.members():
            with contextlib.suppress(psutil.Error):
                spent += sum(process.cpu_times()[:2])
        return math.floor(spent)

    def stop(self) -> None:
        """End every member: politely, then not.

        The leader alone is asked: it ends its children in their order. Without a leader every
        member is.
        """
        self._signal_and_wait(signal.SIGTERM, TERM_SECONDS)
        self._signal_and_wait(signal.SIGKILL, KILL_SECONDS)

    def _has(self, process: psutil.Process) -> bool:
        try:
            return os.getpgid(process.pid) == self.pid and (
                process.status() != psutil.STATUS_ZOMBIE
            )
        except (ProcessLookupError, psutil.Error):
            return False

    def _signal_and_wait(self, number: signal.Signals, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        if not self.members():
            return
        leader_decides = number == signal.SIGTERM and self.is_running()
        with contextlib.suppress(ProcessLookupError):
            (os.kill if leader_decides else os.killpg)(self.pid, number)
        while time.monotonic() < deadline:
            self.is_running()  # collects a child of ours
            if not self.members():
                return
            time.sleep(0.05)

    def to_json(self) -> dict[str, Any]:
        """Return what `Group(**…)` takes."""
        return {"pid": self.pid, "created": self.created}
