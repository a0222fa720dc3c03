"""A WebSocket API takes text only.

AWS rejects a binary frame and disconnects the client with the code 1003
(https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-binary-media-types.html).
Stock decodes its bytes, with U+FFFD for what is not UTF-8, and calls the route. Closed in front of
the gateway's loop over the messages, which then sees the client leave.
"""

from typing import Any

from ministack.services import apigateway

UNSUPPORTED_DATA = 1003  # RFC 6455, 7.4.1


def close() -> None:
    """End the connection at its first binary frame."""
    stock = apigateway.handle_websocket

    async def serve(scope: Any, receive: Any, send: Any, *request: Any, **options: Any) -> None:
        async def receive_text() -> Any:
            message = await receive()
            if message["type"] != "websocket.receive" or message.get("text") is not None:
                return message
            await send({"type": "websocket.close", "code": UNSUPPORTED_DATA})
            return {"type": "websocket.disconnect", "code": UNSUPPORTED_DATA}

        await stock(scope, receive_text, send, *request, **options)

    apigateway.handle_websocket = serve
