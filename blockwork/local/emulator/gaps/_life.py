"""Whether the gateway serves, and whether it is about to end.

Handlers call the gateway: work that nobody waits for begins when it serves, and none begins any
more once it has been told to stop.
"""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable

from ministack.services import lambda_svc

DRAIN_SECONDS = 5.0  # less than the local stage gives the emulator to end

serving = threading.Event()
stopping = threading.Event()
farewells: list[Callable[[], Awaitable[None]]] = []
"""What has to end while handlers can still reach the gateway."""


def is_working() -> bool:
    """Tell whether work may begin that nobody waits for."""
    return serving.is_set() and not stopping.is_set()


async def drain() -> None:
    """Begin nothing new, and let running handlers come to their end for some seconds."""
    stopping.set()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            for say in farewells:
                await say()
            while lambda_svc.executions_in_flight()[0]:
                await asyncio.sleep(0.05)
