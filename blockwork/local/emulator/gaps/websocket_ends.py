"""Open WebSockets end before the gateway does.

AWS's gateway never ends, and the function of $disconnect always finds AWS's APIs. Stock cuts the
connections off as its last act: functions of $disconnect then call a gateway that is gone, and
hold up its end. Closed by closing connections first, and by taking no new ones from then on.
"""

import asyncio
from typing import Any

from ministack.services import apigateway

from blockwork.local.emulator.gaps import _life


def close() -> None:
    """Know who is connected, and see them off."""
    stock = apigateway.handle_websocket
    served: set[asyncio.Task[None] | None] = set()

    async def serve(scope: Any, receive: Any, send: Any, *request: Any, **options: Any) -> None:
        if _life.stopping.is_set():
            await receive()
            await send({"type": "websocket.close", "code": 1012})  # RFC 6455: service restart
            return
        task = asyncio.current_task()
        served.add(task)
        try:
            await stock(scope, receive, send, *request, **options)
        finally:
            served.discard(task)

    async def see_off() -> None:
        for connection in apigateway._ws_connections.values():
            connection["close_event"].set()
        while served:
            await asyncio.sleep(0.05)

    apigateway.handle_websocket = serve
    _life.farewells.append(see_off)
