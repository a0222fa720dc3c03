"""Many invocations at once do not start as many processes at once.

AWS starts each execution environment on a machine that has room for it, and gives an invocation
that waits for one another that has become free meanwhile. Stock starts a process for every
invocation that finds none idle, all at once: hundreds keep two cores busy for minutes, mostly for
handlers that answer within milliseconds. Closed by a bound on what starts, HANDLER_STARTS (two a
core): further invocations wait, in their order, for an idle process of their function or until one
more may start. What runs is not bounded, and a function's time begins when its process is there. A
start of more than HANDLER_START_SECONDS (10, as on AWS) may itself wait for one: it does not count.
"""

import os
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from ministack.core import lambda_runtime
from ministack.core.lambda_runtime import Worker
from ministack.services import lambda_svc

LONGEST_START = float(os.environ.get("HANDLER_START_SECONDS", "10"))
LOOK_SECONDS = 1.0


@dataclass(eq=False, kw_only=True)
class _Waiting:
    request: tuple[Any, ...]
    options: dict[str, Any]
    key: str
    found: Any = None
    is_served: threading.Event = field(default_factory=threading.Event)


class Starts:
    """Who may start a process now, and who waits.

    :param most: how many start at a time.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._stock = lambda_svc.acquire_worker
        self._changing = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._starting: dict[Any, float] = {}

    def acquire(
        self, name: str, config: dict[str, Any], code: bytes, *, qualifier: str
    ) -> tuple[Any, str]:
        """Return a worker of a function that is the caller's until it is released."""
        waiting = _Waiting(
            request=(name, config, code),
            options={"qualifier": qualifier},
            key=lambda_runtime._worker_key(name, config, qualifier),
        )
        with self._changing:
            self._waiting.append(waiting)
            self._serve()
        while not waiting.is_served.wait(LOOK_SECONDS):
            with self._changing:
                self._serve()
        worker, how = waiting.found
        return worker, how

    def end(self, worker: Any) -> None:
        """Note that a worker has started, could not, or is idle."""
        with self._changing:
            self._starting.pop(worker, None)
            self._serve()

    def _serve(self) -> None:
        oldest = time.monotonic() - LONGEST_START
        self._starting = {worker: at for worker, at in self._starting.items() if at > oldest}
        for waiting in list(self._waiting):
            if len(self._starting) >= self._most and not _has_idle(waiting.key):
                continue
            waiting.found = worker, how = self._stock(*waiting.request, **waiting.options)
            if how == "spawn" and type(worker) is Worker:
                self._starting[worker] = time.monotonic()
            self._waiting.remove(waiting)
            waiting.is_served.set()


def close() -> None:
    """Let processes start in turn."""
    cores = os.cpu_count() or 1
    starts = Starts(int(os.environ.get("HANDLER_STARTS", str(2 * cores))))
    spawn, release = Worker._spawn, lambda_svc.release_worker

    def spawn_in_turn(worker: Any) -> None:
        try:
            spawn(worker)
        finally:
            starts.end(worker)

    def release_to_who_waits(worker: Any) -> None:
        release(worker)
        starts.end(worker)

    lambda_svc.acquire_worker, lambda_svc.release_worker = starts.acquire, release_to_who_waits
    Worker._spawn = spawn_in_turn


def _has_idle(key: str) -> bool:
    with lambda_runtime._lock:
        return any(not worker.in_use for worker in lambda_runtime._workers.get(key, ()))
