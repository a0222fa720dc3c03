"""A stage's variables say which function, or which version of it, a method of a REST API calls.

AWS puts them in where an integration's URI has `${stageVariables.name}`
(https://docs.aws.amazon.com/apigateway/latest/developerguide/aws-api-gateway-stage-variables-reference.html).
Stock looks for a function of that very text, and answers 500. Closed in front of what it calls;
URIs of other servers are left as they are.
"""

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from ministack.services import apigateway_v1

from blockwork.local.emulator.gaps._hooks import Answer

VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
CALLS = ("_invoke_lambda_proxy_v1", "_invoke_lambda_custom_v1")


def close() -> None:
    """Put them in."""
    for name in CALLS:
        setattr(apigateway_v1, name, partial(_call, getattr(apigateway_v1, name)))


async def _call(
    stock: Callable[..., Awaitable[Answer]],
    integration: dict[str, Any],
    api: str,
    stage_name: str,
    stage: dict[str, Any],
    *request: Any,
    **more: Any,
) -> Answer:
    variables = stage.get("variables") or {}
    uri = VARIABLE.sub(
        lambda found: str(variables.get(found[1], "")), str(integration.get("uri", ""))
    )
    return await stock({**integration, "uri": uri}, api, stage_name, stage, *request, **more)
