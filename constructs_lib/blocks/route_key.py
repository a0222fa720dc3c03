"""What an HTTP API takes as a route: a method, and a path whose variables are whole parts."""

import re
from typing import NamedTuple

from aws_cdk import aws_apigatewayv2 as apigatewayv2

METHODS = {method.value: method for method in apigatewayv2.HttpMethod}
KEY = re.compile(r"(?P<method>[A-Z]+) (?P<path>/\S*)")
LITERAL = re.compile(r"[A-Za-z0-9._~:-]+")
VARIABLE = re.compile(r"\{(?P<name>\w+)(?P<greedy>\+?)\}", re.ASCII)


class RouteKey(NamedTuple):
    """A method and a path."""

    method: apigatewayv2.HttpMethod
    path: str


def read_route_key(key: str, *, at: str) -> RouteKey:
    """Read a route such as `GET /orders/{orderId}`.

    API Gateway takes a variable for the whole part between two slashes only, and a greedy one at
    the end only ("Create routes for HTTP APIs" of its developer guide; "One or more path parts
    appear to be invalid" is what it answers else, in the middle of a deployment).

    :param at: the path of the block that asks.
    :raises ValueError: says what is wrong with the key, and what to write in its place.
    """
    parts = KEY.fullmatch(key)
    if parts is None or parts["method"] not in METHODS:
        raise _no_route(key, at)
    path, names = parts["path"], list[str]()
    segments = path.split("/")[1:] if path != "/" else []
    for place, segment in enumerate(segments, start=1):
        variable = VARIABLE.fullmatch(segment)
        if variable is None and not LITERAL.fullmatch(segment):
            raise _no_variable(key, segment, at) if "{" in segment else _no_route(key, at)
        if variable is None:
            continue
        if variable["greedy"] and place < len(segments):
            raise ValueError(f"{segment} must be the last part of key, got {key!r} (at {at})")
        if variable["name"] in names:
            raise ValueError(f"key must name {segment} once, got {key!r} (at {at})")
        names.append(variable["name"])
    return RouteKey(METHODS[parts["method"]], path)


def _no_route(key: str, at: str) -> ValueError:
    return ValueError(
        "key must be a method and a path such as 'GET /orders/{orderId}', or 'ANY /{proxy+}' for "
        f"all that no other route answers, of {', '.join(METHODS)}, got {key!r} (at {at})"
    )


def _no_variable(key: str, segment: str, at: str) -> ValueError:
    before, _, after = segment.rpartition("}")
    verb = after.lstrip(":.")
    way_out = (
        f"make the verb a part of its own, '…/{before}}}/{verb}'"
        if re.fullmatch(r"\{\w+", before) and LITERAL.fullmatch(verb or "-")
        else "give each variable, of letters, digits and _, a part of its own"
    )
    return ValueError(
        f"key must be a method and a path such as 'GET /orders/{{orderId}}': API Gateway takes a "
        f"variable for a whole part only, got {segment!r} of {key!r}: {way_out} (at {at})"
    )
