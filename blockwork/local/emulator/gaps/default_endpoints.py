"""An API whose default endpoint is disabled answers under its own domain names alone.

AWS answers 404 to whoever comes by the generated name, `execute-api`, of such an HTTP API
(https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-disable-default-endpoint.html).
Stock stores DisableExecuteApiEndpoint without effect. Closed in front of its data plane, which
tells the two ways by the host and the path of a request.
"""

from typing import Any

from ministack import app as gateway
from ministack.services import apigateway

Answer = tuple[int, dict[str, str], bytes]


def close() -> None:
    """Look where a request comes in."""
    stock = gateway._handle_execute_api_request

    async def handle(host: str, path: str, *request: Any, **more: Any) -> Answer | None:
        asked = gateway._parse_execute_api_url(host, path)
        if asked and apigateway._apis.get(asked[0], {}).get("disableExecuteApiEndpoint"):
            refused: Answer = apigateway._http_api_not_found()
            return refused
        answer: Answer | None = await stock(host, path, *request, **more)
        return answer

    gateway._handle_execute_api_request = handle
