"""Answers of AWS that never arrive, although what was asked for is done."""

from typing import Any

from botocore.exceptions import ReadTimeoutError
from moto.core.models import botocore_stubber


def lose_first_answer(client: Any, operation: str) -> list[str]:
    """Let the next answer to an operation be lost, so that botocore repeats the request.

    :returns: a list that grows by each request that is sent.
    """
    sent: list[str] = []

    def send(request: Any, event_name: str, **_: Any) -> None:
        sent.append(operation)
        if len(sent) == 1:
            botocore_stubber(event_name, request)
            raise ReadTimeoutError(endpoint_url=request.url)

    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register_first(f"before-send.{service}.{operation}", send)
    return sent
