"""Idle handlers end.

AWS takes an execution environment away after some minutes without a request. Stock does so too,
after LAMBDA_WARM_TTL_SECONDS, but keeps one process a function for ever, 50 MB each. Closed by
ending that one as well: the price is a cold start, the gain a platform of forty functions that
fits in the memory of a laptop.
"""

import time

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from blockwork.local.emulator.gaps._hooks import repeat

STOCK_INTERVAL = 30.0


def close() -> None:
    """Reap every idle worker, the first of its function included."""
    lambda_svc.reap_idle_workers = lambda_runtime.reap_idle_workers = reap
    repeat(reap, every=min(STOCK_INTERVAL, lambda_runtime._LOCAL_WORKER_TTL / 2))


def reap(ttl: float | None = None) -> int:
    """End the workers that have been idle for `ttl` seconds, and say how many.

    :param ttl: Default: LAMBDA_WARM_TTL_SECONDS.
    """
    oldest = time.time() - (lambda_runtime._LOCAL_WORKER_TTL if ttl is None else ttl)
    idle = []
    with lambda_runtime._lock:
        for key, workers in list(lambda_runtime._workers.items()):
            expired = [w for w in workers if not w.in_use and w.last_used < oldest]
            idle += expired
            lambda_runtime._workers[key] = [w for w in workers if w not in expired]
    lambda_runtime.kill_workers(idle)
    return len(idle)
