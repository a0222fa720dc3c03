from copy import deepcopy
from typing import Any

import pytest

from blockwork.openapi.comparing import breaking_changes

OLD: dict[str, Any] = {
    "paths": {
        "/orders": {
            "post": {
                "security": [{"Users": []}],
                "x-permission": "write:orders",
                "parameters": [
                    {"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 100}}
                ],
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/OrderBody"}}
                    }
                },
                "responses": {
                    "201": {
                        "headers": {"Location": {"schema": {"type": "string"}}},
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/OrderView"}
                            }
                        },
                    },
                    "404": {"$ref": "#/components/responses/NotFound"},
                },
            }
        }
    },
    "components": {
        "responses": {
            "NotFound": {"content": {"application/problem+json": {"schema": {"type": "object"}}}}
        },
        "schemas": {
            "OrderBody": {
                "type": "object",
                "properties": {
                    "sku": {"type": "string", "maxLength": 10},
                    "unit": {"enum": ["kg", "piece"]},
                    "note": {"type": "string"},
                },
                "required": ["sku"],
                "additionalProperties": False,
            },
            "OrderView": {
                "type": "object",
                "properties": {
                    "orderId": {"type": "string", "maxLength": 10},
                    "status": {"enum": ["OPEN", "DONE"]},
                    "note": {"type": "string"},
                    "parts": {
                        "type": "array",
                        "items": {"$ref": "#/components/schemas/OrderView"},
                    },
                },
                "required": ["orderId", "status", "parts"],
            },
        },
    },
}
BODY = ("components", "schemas", "OrderBody")
VIEW = ("components", "schemas", "OrderView")
POST = ("paths", "/orders", "post")
GONE = object()


def changed(*path: Any, to: Any) -> list[str]:
    """Return what breaks when one place of the document is another."""
    new = deepcopy(OLD)
    at: Any = new
    for step in path[:-1]:
        at = at[step]
    if to is GONE:
        del at[path[-1]]
    else:
        at[path[-1]] = to
    return breaking_changes(OLD, new)


def test_the_same_document_breaks_nothing() -> None:
    assert breaking_changes(OLD, deepcopy(OLD)) == []


@pytest.mark.parametrize(
    ("path", "to", "says"),
    [
        (("paths", "/orders"), GONE, "POST /orders is gone"),
        ((*POST, "security"), [], 'POST /orders had security [{"Users": []}]'),
        ((*POST, "x-permission"), "run:orders", "took the permission write:orders, now takes run"),
        ((*POST, "parameters"), [], "query limit is gone"),
        ((*POST, "parameters", 0, "required"), True, "query limit became required"),
        ((*POST, "parameters", 0, "schema", "maximum"), 50, "had maximum 100, now has maximum 50"),
        ((*BODY, "required"), ["sku", "unit"], "the body.unit is required now"),
        ((*BODY, "properties", "note"), GONE, "the body.note is gone"),
        ((*BODY, "properties", "sku", "maxLength"), 5, "had maxLength 10, now has maxLength 5"),
        ((*BODY, "properties", "sku", "pattern"), "^a$", "had no pattern, now has pattern"),
        ((*BODY, "properties", "sku", "type"), "integer", 'had type "string", now has'),
        ((*BODY, "properties", "unit", "enum"), ["kg"], 'had enum ["kg", "piece"]'),
        ((*VIEW, "properties", "note"), GONE, "201.note is gone"),
        ((*VIEW, "required"), ["orderId", "parts"], "201.status became optional"),
        ((*VIEW, "properties", "orderId", "maxLength"), 20, "now has maxLength 20"),
        ((*VIEW, "properties", "orderId", "maxLength"), GONE, "now has no maxLength"),
        ((*VIEW, "properties", "parts", "items"), {"type": "string"}, "201.parts[] had"),
        ((*POST, "responses", "201"), GONE, "POST /orders answers 201 no more"),
        ((*POST, "responses", "201", "headers"), {}, "has the header Location no more"),
        (("components", "responses", "NotFound", "content"), {}, "404 is application/problem+json"),
    ],
    ids=str,
)
def test_what_clients_do_not_survive_is_named(path: tuple[Any, ...], to: Any, says: str) -> None:
    breaks = changed(*path, to=to)

    assert breaks
    assert says in "; ".join(breaks)


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ((*BODY, "properties", "colour"), {"type": "string"}),
        ((*BODY, "properties", "sku", "maxLength"), 20),
        ((*BODY, "properties", "sku", "maxLength"), GONE),
        ((*BODY, "properties", "unit", "enum"), ["kg", "piece", "box"]),
        ((*BODY, "required"), []),
        ((*VIEW, "properties", "colour"), {"type": "string"}),
        ((*VIEW, "properties", "status", "enum"), ["OPEN", "DONE", "LOST"]),
        ((*VIEW, "properties", "orderId", "maxLength"), 5),
        ((*VIEW, "required"), ["orderId", "status", "parts", "note"]),
        ((*VIEW, "description"), "Other words."),
        ((*POST, "responses", "409"), {"description": "Conflict."}),
        ((*POST, "responses", "404"), GONE),
        (("paths", "/parts"), {"get": {"responses": {}}}),
        ((*POST, "parameters"), [*OLD["paths"]["/orders"]["post"]["parameters"],
                                 {"in": "query", "name": "of", "schema": {"type": "string"}}]),
    ],
    ids=str,
)  # fmt: skip
def test_what_clients_survive_is_not(path: tuple[Any, ...], to: Any) -> None:
    assert changed(*path, to=to) == []
