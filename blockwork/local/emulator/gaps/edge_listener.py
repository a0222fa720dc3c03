"""CloudFront on a port of its own: GATEWAY_PORT + 1.

AWS serves a distribution under its domain name and its aliases, on HTTPS. Stock serves it on the
gateway's port, chosen by the host `<label>.cloudfront.localhost`, which many clients cannot
resolve, and redirects plain http to an https URL where nobody listens. Closed by a second listener
in the same process: it serves the distribution whose domain name or alias is the request's host,
else the first one made, and tells CloudFront that the viewer came by HTTPS. It refuses a GET with a
body, as AWS does (Developer Guide, "Request and response behavior for custom origins").
"""

import os
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from ministack import app as gateway
from ministack.services import cloudfront

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

WITH_BODY = "A GET request may have no body."
NOT_FOUND = b"No CloudFront distribution is deployed here yet.\n"


def close() -> None:
    """Divert what arrives on the edge's port, before the gateway reads it."""
    edge_port = int(os.environ.get("GATEWAY_PORT", "4566")) + 1
    stock = gateway.app

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["server"][1] == edge_port:
            await _serve(scope, receive, gateway._with_date_header(send))
        elif scope["type"] == "websocket" and scope["server"][1] == edge_port:
            await send({"type": "websocket.close", "code": 1008})
        else:
            await stock(scope, receive, send)

    gateway.app = app


async def _serve(scope: Message, receive: Receive, send: Send) -> None:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    distribution = _distribution_for(headers.get("host", "").rsplit(":", 1)[0].lower())
    if distribution is None:
        plain = {"Content-Type": "text/plain"}
        await gateway._send_response(send, 404, plain, NOT_FOUND)
        return
    sent = await gateway._read_request_body(receive, scope["method"], headers)
    if scope["method"] == "GET" and sent:
        refusal = cloudfront._cf_error_response(403, WITH_BODY, cloudfront._ERROR_X_CACHE)
        await gateway._send_response(send, *refusal)
        return
    headers |= {"host": distribution["DomainName"], "x-forwarded-proto": "https"}
    address = scope["client"][0] if scope.get("client") else "127.0.0.1"
    gateway.set_request_client_ip(address)
    gateway.pin_request_origin(address, True)
    query = scope["query_string"].decode("latin-1")
    status, answer_headers, body = await cloudfront.handle_viewer_request(
        distribution,
        scope["method"],
        scope["path"],
        scope["raw_path"].decode("latin-1"),
        query,
        headers,
        sent,
        parse_qs(query, keep_blank_values=True),
        address,
    )
    head = scope["method"] == "HEAD"
    await gateway._send_response(send, status, answer_headers, b"" if head else body, head=head)


def _distribution_for(host: str) -> dict[str, Any] | None:
    distributions: list[dict[str, Any]] = list(cloudfront._distributions.values())
    label, _, domain = host.partition(".")
    for distribution in distributions:
        aliases = [alias.lower() for alias in cloudfront._get_distribution_aliases(distribution)]
        own = distribution["DomainName"].partition(".")[0].lower()
        if host in aliases or (label == own and domain.startswith("cloudfront.")):
            return distribution
    return distributions[0] if distributions else None
