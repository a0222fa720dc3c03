"""What calls of the runtime kit's functions mean for a contract."""

import ast
from collections.abc import Callable, Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from blockwork.openapi.walking import NOTHING, Call, Found
from blockwork.runtime import bodies, idempotency_keys, paging, preconditions, queries
from blockwork.runtime.http import ID, Request, Response
from blockwork.runtime.views import whole

KEY = "Idempotency-Key"
MATCH = "If-Match"


def view_of(function: object) -> object:
    """Return the type of what a function answers, `object` where it does not say.

    Of `Response[OrderView] | Response[str]` it is `OrderView`: what is no JSON is text anyway.
    """
    try:
        answer = get_type_hints(function).get("return")
    except Exception:
        return object
    kinds = get_args(answer) if get_origin(answer) in (UnionType, Union) else (answer,)
    views = [get_args(kind)[0] for kind in kinds if get_origin(kind) is Response]
    if not views or len(views) < len(kinds):
        return object
    return Union[tuple(view for view in views if view is not str) or (str,)]  # noqa: UP007 -- of as many as there are


def _body(call: Call, found: Found) -> None:
    shape = call.value(1, "shape")
    if shape is not NOTHING:
        found.body = shape


def _decoded(call: Call, found: Found) -> None:
    """Take a body that the app reads itself: further fields are its own affair."""
    match call.argument(0, "buf"):
        case ast.Attribute(attr="body") | ast.Name(id="body"):
            shape = call.value(None, "type")
            if shape is not NOTHING and found.body is None:
                found.body, found.is_closed = shape, False


def _path_id(call: Call, found: Found) -> None:
    name = call.value(0, "name")
    if isinstance(name, str):
        found.path[name] = {"type": "string", "pattern": whole(ID)}


def _day(call: Call, found: Found) -> None:
    name = call.value(0, "name")
    if isinstance(name, str):
        found.query[name] = {"type": "string", "format": "date"}
        found.required.add(name)


def _moment(call: Call, found: Found) -> None:
    name = call.value(1, "name")
    if isinstance(name, str):
        found.query[name] = {"type": "string", "format": "date-time"}


def _number(call: Call, found: Found) -> None:
    name = call.value(1, "name")
    if isinstance(name, str):
        bounds = {"minimum": call.value(None, "least"), "maximum": call.value(None, "largest")}
        known = {bound: value for bound, value in bounds.items() if isinstance(value, int)}
        found.query[name] = {"type": "integer", **known}


def _page(call: Call, found: Found) -> None:
    largest = call.value(None, "largest")
    most = largest if isinstance(largest, int) else paging.LARGEST_LIMIT
    found.query["limit"] = {
        "type": "integer",
        "minimum": 1,
        "maximum": most,
        "default": min(paging.DEFAULT_LIMIT, most),
        "description": "At most how many entries the page is to have.",
    }
    found.query["nextToken"] = {
        "type": "string",
        "description": "What the page before answered, sent with the same query; leave it out to"
        " begin.",
    }


def _key(call: Call, found: Found) -> None:
    found.headers[KEY] = {
        "type": "string",
        "pattern": whole(idempotency_keys.IDEMPOTENCY_KEY),
        "description": "A new random value for each new request, and the same one again to repeat a"
        " request whose answer was lost: it is done once and has the same answer.",
    }


def _required_key(call: Call, found: Found) -> None:
    _key(call, found)
    found.required.add(KEY)


def _match(_: Call, found: Found) -> None:
    found.headers[MATCH] = {
        "type": "string",
        "description": "The ETag of what you have seen, so that nobody's change is overwritten"
        " unseen: another one there answers 412. Without it anything is overwritten.",
    }


def _current(call: Call, found: Found) -> None:
    given = call.argument(0, "answer")
    match given:
        case ast.Lambda(body=ast.Call(func=called)) | called:
            function = call.place.value(called) if isinstance(called, ast.expr) else NOTHING
    found.current = view_of(function)


KIT: Mapping[object, Callable[[Call, Found], Any]] = {
    bodies.read_body: _body,
    msgspec.json.decode: _decoded,
    Request.path_id: _path_id,
    Request.query_day: _day,
    queries.query_moment: _moment,
    queries.query_number: _number,
    paging.read_page_query: _page,
    idempotency_keys.idempotency_key: _key,
    idempotency_keys.required_idempotency_key: _required_key,
    preconditions.seen_by: _match,
    preconditions.telling_what_is_there: _current,
}
"""By the function that is called."""
