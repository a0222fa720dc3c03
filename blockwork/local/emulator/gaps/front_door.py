"""Only programs of this machine and pages of the deployed website may use the gateway.

On AWS no page of another site reads an API's answer unless that API allows its origin, only the
service's own host names lead to it, and there is nothing besides the API. Stock answers whoever
asks, under every host name, lets all origins read (CORS `*`), and has routes of its own that reset
it, change its settings and hand out code: any web page could run functions on this machine. Closed
in front of all else, on both ports, by the rule in `blockwork.local.front_door`: trusted are the
pages that the edge serves, and for themselves the gateway's own sign-in pages and those of an HTTP
API that is deployed. Links may lead to the website, to sign-in pages, to HTTP APIs and to objects.
`*` becomes the one origin that asked. Of stock's own routes health stays, and those where functions
of custom resources answer, by names that cannot be guessed.
"""

import os
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from ministack import app as gateway
from ministack.core.router import detect_service
from ministack.services import apigateway_v1, cloudfront

from blockwork.local.emulator.gaps.generated_names import is_of_an_api
from blockwork.local.emulator.gaps.graphql_addresses import is_of_a_graph
from blockwork.local.front_door import ORIGIN, FrontDoor

Message = dict[str, Any]
Headers = list[tuple[bytes, bytes]]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

OWN_ROUTES = ("/_ministack/", "/_localstack/")
HEALTH = "/_ministack/health"
ANSWERS = ("/_ministack/cfn-response/", "/_ministack/cfn-signal/")
SIGN_IN_PAGES = ("/login", "/logout", "/oauth2/")
API = re.compile(r"/_aws/execute-api/[a-z0-9]+/")
STARTS = ("http.response.start", "websocket.accept", "websocket.http.response.start")


def close() -> None:
    """Put the door in front of everything."""
    port = int(os.environ.get("GATEWAY_PORT", "4566"))
    site = partial(_is_site, port + 1)
    doors = {at: FrontDoor(port=at, serves=serves, trusts=site) for at in (port, port + 1)}
    of_itself = FrontDoor(
        port=port, serves=serves, trusts=lambda origin: site(origin) or origin == _origin(port)
    )
    stock = gateway.app

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await stock(scope, receive, send)
            return
        is_edge = scope["server"][1] == port + 1
        if not is_edge and not _is_open(scope):
            await _refuse(scope, send, 404, "there is no such route")
            return
        door = doors[scope["server"][1]]
        if not is_edge and (scope["path"] == "/login" or _is_of_own_page(scope, _origin(port))):
            door = of_itself
        reason = door.refusal(
            scope.get("method", "GET"),
            scope["raw_path"].decode("latin-1"),
            scope["headers"],
            may_be_linked=lambda: is_edge or _may_be_linked(scope),
        )
        if reason:
            await _refuse(scope, send, 403, reason)
        else:
            await stock(scope, receive, _to_one_origin(scope, send))

    gateway.app = app


def serves(host: str) -> bool:
    """Tell whether a host name belongs to a distribution or to an API that is deployed."""
    for distribution in cloudfront._distributions.values():
        aliases = cloudfront._get_distribution_aliases(distribution)
        if host in (name.lower() for name in (distribution["DomainName"], *aliases)):
            return True
    named = is_of_an_api(host) or is_of_a_graph(host)
    return named or apigateway_v1.find_domain_scope(host) is not None


def _origin(port: int) -> str:
    return f"http://localhost:{port}"


def _is_site(edge_port: int, origin: str) -> bool:
    """Tell whether the edge serves the origin's pages: on its port, or by HTTPS on AWS."""
    parts = ORIGIN.fullmatch(origin)
    if parts is None:
        return False
    scheme, host, port = parts.groups()
    if scheme == "https":
        return port is None and serves(host)
    return port is not None and FrontDoor(port=edge_port, serves=serves).is_here(f"{host}:{port}")


def _is_open(scope: Message) -> bool:
    path: str = scope["path"]
    if scope["type"] == "http" and scope["method"] == "PUT" and path.startswith(ANSWERS):
        return True
    return path == HEALTH or not path.startswith(OWN_ROUTES)


def _is_of_own_page(scope: Message, origin: str) -> bool:
    """Tell whether a page of an HTTP API asks that API, which on AWS has a host of its own."""
    api = API.match(scope["path"])
    referer = dict(scope["headers"]).get(b"referer", b"")
    return api is not None and referer.startswith(f"{origin}{api[0]}".encode())


def _may_be_linked(scope: Message) -> bool:
    if scope["type"] != "http":
        return False
    query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    is_object: bool = detect_service(scope["method"], scope["path"], headers, query) == "s3"
    # So are paths of HTTP APIs to stock, which sends them there before it asks whose they are.
    return is_object or scope["path"].startswith(SIGN_IN_PAGES)


def _to_one_origin(scope: Message, send: Send) -> Send:
    origins = [value for name, value in scope["headers"] if name == b"origin"]

    async def say(message: Message) -> None:
        if message["type"] in STARTS:
            message = {**message, "headers": _narrowed(message.get("headers", []), origins)}
        await send(message)

    return say


def _narrowed(headers: Headers, origins: list[bytes]) -> Headers:
    """Return an answer's headers without `*`: the origin that asked, or nobody, may read it."""
    cors = {name.lower(): value for name, value in headers if _is_cors(name)}
    if cors.get(b"access-control-allow-origin") != b"*":
        return headers
    others = [(name, value) for name, value in headers if not _is_cors(name)]
    if not origins:
        return others
    # Who allows everybody allows nobody with credentials.
    cors.pop(b"access-control-allow-credentials", None)
    cors[b"access-control-allow-origin"] = origins[0]
    return [*others, *cors.items(), (b"vary", b"Origin")]


def _is_cors(name: bytes) -> bool:
    return name.lower().startswith(b"access-control-")


async def _refuse(scope: Message, send: Send, status: int, reason: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    plain = {"Content-Type": "text/plain; charset=utf-8"}
    await gateway._send_response(send, status, plain, f"Refused: {reason}.\n".encode())
