"""An API answers by the name that AWS generates for it, in whatever account it is.

AWS makes `<api>.execute-api.<region>.amazonaws.com`, and functions that push to a WebSocket API
sign their requests to it
(https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html).
Stock knows an API by `<api>.execute-api.localhost` alone, and one of another account only for who
signs with a key of that account, which no client of an API has. Closed by taking both names, and by
looking into all accounts; `front_door` lets in who comes by the name of an API that there is.
Nobody but AWS can let such a name lead anywhere.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from ministack import app as gateway
from ministack.services import apigateway, apigateway_v1

GENERATED = r"[a-z0-9-]+\.amazonaws\.com"
NAME = re.compile(rf"^([a-f0-9]{{8}})\.execute-api\.(?:localhost|{GENERATED})(?::\d+)?$")
Scope = tuple[str, str]
"""An account and a region."""


def close() -> None:
    """Know both names, and every account."""
    gateway._EXECUTE_API_RE = NAME
    apis, rest_apis = apigateway._apis, apigateway_v1._rest_apis
    apigateway.find_api_scope = partial(_anywhere, apigateway.find_api_scope, apis)
    apigateway_v1.find_api_scope = partial(_anywhere, apigateway_v1.find_api_scope, rest_apis)


def is_of_an_api(host: str) -> bool:
    """Tell whether a host name is that of an API which is deployed, in whatever account."""
    named = NAME.match(host)
    kept = (apigateway._apis, apigateway_v1._rest_apis)
    return named is not None and any(_place(apis, named[1]) for apis in kept)


def _anywhere(stock: Callable[[str], Scope | None], apis: Any, api_id: str) -> Scope | None:
    return stock(api_id) or _place(apis, api_id)


def _place(apis: Any, api_id: str) -> Scope | None:
    places = ((account, region) for (account, region, api), _ in apis.all_items() if api == api_id)
    return next(places, None)
