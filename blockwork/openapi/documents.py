"""Puts together what templates and handlers say: one OpenAPI 3.1 document an API."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from blockwork.openapi.reading import read_handlers
from blockwork.openapi.templates import Api, Route
from blockwork.openapi.walking import JSON_TYPE
from blockwork.runtime.http import HTML
from blockwork.runtime.problems import PROBLEM_JSON, TITLES

VARIABLE = re.compile(r"\{(\w+)\+?\}")
REFERENCE = "#/components/schemas/"
OF_THE_GATEWAY = {429: "More requests than the API takes: send it again later."}
"""What API Gateway itself answers to any request."""
WITH_AN_AUTHORIZER = {
    401: "No token, or none that counts.",
    403: "The token is not enough.",
}
PAGE = HTML.partition(";")[0]
TEXT: Mapping[str, Any] = {"schema": {"type": "string"}}
"""What is in an answer that is no JSON."""
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
ABOUT = (
    "Its address stands in the website's `/config.json` under `apis`, where the app has one."
    " Every answer has an `X-Correlation-Id`, which finds the request in the logs; one that is sent"
    " along is taken over. Whatever is not a success is a problem (RFC 9457)."
)
SCHEMAS: Mapping[str, Any] = {
    "Problem": {
        "title": "Problem",
        "description": "Why a request was not done, and what to do (RFC 9457).",
        "type": "object",
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "For a person to read."},
            "errors": {
                "type": "array",
                "description": "What is wrong with the body, field by field.",
                "items": {
                    "type": "object",
                    "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
                    "required": ["field", "detail"],
                },
            },
            "correlationId": {"type": "string", "description": "Finds the request in the logs."},
        },
        "required": ["type", "title", "status", "detail", "correlationId"],
    },
    "Message": {
        "title": "Message",
        "description": "What API Gateway says where no function was asked.",
        "type": "object",
        "properties": {"message": {"type": ["string", "null"]}},
        "required": ["message"],
    },
}
HEADERS: Mapping[str, Any] = {
    name: {"description": words, "schema": {"type": "string"}}
    for name, words in {
        "Location": "Where what was made is, relative to the request's own URL.",
        "ETag": "The version of what is shown, for If-Match.",
        "Retry-After": "In how many seconds the same request may succeed.",
    }.items()
}
Json = dict[str, Any]


def documents_of(apis: list[Api]) -> tuple[dict[str, Json], list[str]]:
    """Return the document of each API by its name, and what could not be described, in sentences.

    :raises OpenApiError: if handlers cannot be read.
    """
    said = read_handlers(apis)
    gaps = [
        f"{api.name}: {route.key}: {why}"
        for api in apis
        for route in api.routes
        if (why := _gap(route, said[api.name]["routes"].get(route.key)))
    ]
    return {api.name: _document(api, said[api.name]) for api in apis}, gaps


def text_of(document: Mapping[str, Any]) -> str:
    """Return a document as it is written."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _gap(route: Route, said: Json | None) -> str | None:
    if said is None:
        return "only its template is known: no function in Python or Node.js answers"
    if "unread" in said:
        return f"only its template is known: {said['unread']}"
    if 204 not in map(int, said["answers"]) and "answer" not in said["types"]:
        return "what it answers is not said: annotate its function with `-> Response[…View]`"
    return None


def _document(api: Api, said: Json) -> Json:
    paths: dict[str, Json] = {}
    schemes: dict[str, Mapping[str, str]] = {}
    for route in api.routes:
        method, path = route.method, route.path
        schemes |= route.scheme
        operation = _operation(route, said["routes"].get(route.key) or {})
        operations = paths.setdefault(VARIABLE.sub(r"{\1}", path), {})
        for each in METHODS if method == "ANY" else (method.lower(),):
            operations[each] = operation | {"operationId": _id(operation, each, path, method)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": api.title,
            "version": str(api.version),
            "description": "\n\n".join(filter(None, [_sentence(api.description), ABOUT])),
        },
        "paths": paths,
        "components": {
            "schemas": dict(sorted({**SCHEMAS, **said["schemas"]}.items())),
            "responses": _shared(paths),
            **({"securitySchemes": schemes} if schemes else {}),
        },
    }


def _operation(route: Route, said: Json) -> Json:
    permissions = said.get("permissions", [])
    text = [said.get("text", ""), *(f"Takes the permission `{each}`." for each in permissions)]
    body = said.get("types", {}).get("body")
    return {
        "operationId": said.get("name", ""),
        "summary": _sentence(said.get("summary", "")).removesuffix("."),
        "description": "\n\n".join(filter(None, text)),
        "security": [{name: list(route.scopes)} for name in route.scheme],
        **(
            {"x-permission": permissions[0] if len(permissions) == 1 else permissions}
            if permissions
            else {}
        ),
        "parameters": _parameters(route, said),
        **(
            {"requestBody": {"required": True, "content": {JSON_TYPE: {"schema": body}}}}
            if body
            else {}
        ),
        "responses": _responses(route, said),
    }


def _id(operation: Json, method: str, path: str, asked: str) -> str:
    name = operation["operationId"] or f"{method}_{re.sub(r'[^A-Za-z0-9]+', '_', path).strip('_')}"
    first, *rest = name.split("_")
    spoken = first + "".join(part[:1].upper() + part[1:] for part in rest)
    return spoken if asked != "ANY" or not operation["operationId"] else f"{method}{spoken.title()}"


def _parameters(route: Route, said: Json) -> list[Json]:
    required = set(said.get("required", ()))
    path = {
        name: said.get("path", {}).get(name, {"type": "string"})
        for name in VARIABLE.findall(route.path)
    }
    found = []
    for where, each in (
        ("path", path),
        ("query", said.get("query", {})),
        ("header", said.get("headers", {})),
    ):
        for name, schema in each.items():
            words = {key: schema[key] for key in ("description",) if key in schema}
            found.append(
                {
                    "name": name,
                    "in": where,
                    **({"required": True} if where == "path" or name in required else {}),
                    **words,
                    "schema": {key: value for key, value in schema.items() if key not in words},
                }
            )
    return found


def _responses(route: Route, said: Json) -> Json:
    answers = {int(status): says for status, says in said.get("answers", {}).items()}
    found: dict[int, Json] = {}
    for status, says in answers.items():
        content = _content(status, says, said["types"].get("answer"))
        found[status] = _response(_success(status), content, says)
    if not answers:
        found[200] = _response("Success; what is in it is not said.", {}, ())
    problems = {int(status): words for status, words in said.get("problems", {}).items()}
    of_the_gateway = OF_THE_GATEWAY | (WITH_AN_AUTHORIZER if route.scheme else {})
    own = {**problems, 500: problems.get(500, [])} if said.get("answers") else problems
    for status in sorted({*own, *of_the_gateway}):
        content = {}
        if status in own:
            content[PROBLEM_JSON] = {"schema": _problem(status, said)}
            if said.get("hasProblemPage"):
                content[PAGE] = TEXT
        if status in of_the_gateway or status == 500:
            content[JSON_TYPE] = {"schema": {"$ref": f"{REFERENCE}Message"}}
        words = [
            *own.get(status, []),
            *([of_the_gateway[status]] if status in of_the_gateway else []),
        ]
        says = (["ETag"] if status == 412 else []) + (
            ["Retry-After"] if status in (429, 503) else []
        )
        title = TITLES.get(status, "Problem")
        found[status] = _response(" ".join([f"{title}.", *map(_sentence, words)]), content, says)
    return {str(status): found[status] for status in sorted(found)}


def _problem(status: int, said: Json) -> Json:
    problem = {"$ref": f"{REFERENCE}Problem"}
    current = said["types"].get("current")
    if status != 412 or current is None:
        return problem
    is_there = {"anyOf": [current, {"type": "null"}], "description": "What is there instead."}
    return {
        "allOf": [
            problem,
            {"type": "object", "properties": {"current": is_there}, "required": ["current"]},
        ]
    }


def _content(status: int, says: list[str], view: Json | None) -> Json:
    if status == 204:
        return {}
    kinds = sorted(each for each in says if "/" in each) or [JSON_TYPE]
    shown = {"schema": view} if view else {}
    return {kind: shown if kind == JSON_TYPE else TEXT for kind in kinds}


def _response(words: str, content: Json, headers: Iterable[str]) -> Json:
    named = {name: HEADERS[name] for name in HEADERS if name in headers}
    return {
        "description": words,
        **({"headers": named} if named else {}),
        **({"content": content} if content else {}),
    }


def _shared(paths: Mapping[str, Mapping[str, Json]]) -> Json:
    """Write the failures that several operations have alike once, and return them by name."""
    found: dict[str, Json] = {}
    for operation in (each for operations in paths.values() for each in operations.values()):
        responses = operation["responses"]
        for status, response in responses.items():
            name = re.sub(r"\W", "", TITLES.get(int(status), ""))
            if name and found.setdefault(name, response) == response:
                responses[status] = {"$ref": f"#/components/responses/{name}"}
    return dict(sorted(found.items()))


def _success(status: int) -> str:
    return {
        200: "Done.",
        201: "It is made.",
        202: "It is taken up.",
        204: "Done; there is nothing to say.",
    }.get(status, "Success.")


def _sentence(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
