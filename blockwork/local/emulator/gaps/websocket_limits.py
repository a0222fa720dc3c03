"""What is posted to a WebSocket connection has at most 128 KB.

AWS answers PostToConnection with PayloadTooLargeException above that
(https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html).
Stock sends what it gets. Closed in front of the connections' API.
"""

import json
from typing import Any

from ministack.services import apigateway

MOST_BYTES = 128 * 1024

Answer = tuple[int, dict[str, str], bytes]


def close() -> None:
    """Refuse what is too large."""
    stock = apigateway.handle_connections_api

    async def handle(
        method: str, api_id: str, stage: str, connection_id: str, body: bytes, headers: Any
    ) -> Answer:
        if method == "POST" and len(body) > MOST_BYTES:
            kind = {"x-amzn-ErrorType": "PayloadTooLargeException"}
            text = f"the data must have at most {MOST_BYTES} bytes, got {len(body)}"
            return 413, kind, json.dumps({"message": text}).encode()
        answer: Answer = await stock(method, api_id, stage, connection_id, body, headers)
        return answer

    apigateway.handle_connections_api = handle
