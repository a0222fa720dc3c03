"""Metrics of an HTTP API.

AWS counts an API's requests, their errors and their latency
(https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html). Stock counts
nothing, so no alarm on an API's errors can fire. Closed around the data plane.
"""

import time
from typing import Any

from ministack.services import apigateway

from blockwork.local.emulator.gaps._metrics import publish


def close() -> None:
    """Publish every request's values under the API's id."""
    execute = apigateway._handle_execute_in_scope

    async def measured(api_id: str, *request: Any) -> tuple[int, dict[str, str], bytes]:
        started = time.monotonic()
        answer: tuple[int, dict[str, str], bytes] = await execute(api_id, *request)
        status = answer[0]
        values = {
            "Count": (1.0, "Count"),
            "4xx": (float(400 <= status < 500), "Count"),
            "5xx": (float(status >= 500), "Count"),
            "Latency": ((time.monotonic() - started) * 1000, "Milliseconds"),
        }
        publish("AWS/ApiGateway", {"ApiId": api_id}, values)
        return answer

    apigateway._handle_execute_in_scope = measured
