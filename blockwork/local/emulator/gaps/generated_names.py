"""An API answers by the name that AWS generates for it, where something leads that name here.

AWS makes `<api>.execute-api.<region>.amazonaws.com`, and functions that push to a WebSocket API
sign their requests to it
(https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html).
Stock knows an API by `<api>.execute-api.localhost` alone. Closed by taking both; `front_door` lets
in who comes by the name of an API that there is. Nobody but AWS can let such a name lead anywhere.
"""

import re

from ministack import app as gateway
from ministack.services import apigateway

GENERATED = r"[a-z0-9-]+\.amazonaws\.com"
NAME = re.compile(rf"^([a-f0-9]{{8}})\.execute-api\.(?:localhost|{GENERATED})(?::\d+)?$")


def close() -> None:
    """Know both names."""
    gateway._EXECUTE_API_RE = NAME


def is_of_an_api(host: str) -> bool:
    """Tell whether a host name is that of an API which is deployed, in whatever account."""
    named = NAME.match(host)
    return named is not None and apigateway._api_owner(named[1]) is not None
