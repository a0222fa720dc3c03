"""What clients of an API would not survive in its next document.

Clients write requests and read answers. So a request may ask for less and allow more, an answer may
have more and never less; further values of an enum in an answer are for a client to bear, as in
events.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

WORDS = {"title", "description", "summary", "operationId", "default", "examples", "example"}
LOWER = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
UPPER = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
OPEN: tuple[object, ...] = (None, True, {})
"""What `additionalProperties` is where anything may follow."""
Json = Mapping[str, Any]


def breaking_changes(old: Json, new: Json) -> list[str]:
    """Return, each in a clause, what clients of the one document would not survive in the other."""
    return list(dict.fromkeys(_api(old, new)))


def _api(old: Json, new: Json) -> Iterator[str]:
    for path, operations in old["paths"].items():
        for method, before in operations.items():
            at = f"{method.upper()} {path}"
            after = new["paths"].get(path, {}).get(method)
            if after is None:
                yield f"{at} is gone"
            else:
                yield from _operation(_Sides(old, new), before, after, at)


class _Sides:
    """Both documents, to look up what their parts refer to."""

    def __init__(self, old: Json, new: Json) -> None:
        self._old, self._new = old, new
        self._compared: set[tuple[str, str]] = set()

    def plain(self, before: Json, after: Json) -> tuple[Json, Json]:
        """Put what is referred to in its place, one step deep."""
        return _looked_up(before, self._old), _looked_up(after, self._new)

    def are_new(self, before: Json, after: Json) -> bool:
        """Whether two schemas are compared for the first time: they may hold themselves."""
        if "$ref" not in before or "$ref" not in after:
            return True
        pair = (before["$ref"], after["$ref"])
        is_new = pair not in self._compared
        self._compared.add(pair)
        return is_new


def _looked_up(part: Json, root: Json) -> Json:
    while "$ref" in part:
        found: Any = root
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def _operation(sides: _Sides, old: Json, new: Json, at: str) -> Iterator[str]:
    if old.get("security") != new.get("security"):
        yield f"{at} had {_said(old, 'security')}, now has {_said(new, 'security')}"
    if old.get("x-permission") != new.get("x-permission"):
        before, after = (each.get("x-permission", "none") for each in (old, new))
        yield f"{at} took the permission {before}, now takes {after}"
    yield from _parameters(sides, old, new, at)
    body_before, body_after = old.get("requestBody"), new.get("requestBody")
    if body_after and not body_before:
        yield f"{at} takes a body now"
    if body_before and body_after:
        yield from _contents(sides, body_before, body_after, f"{at}: the body", is_request=True)
    for status, response in old.get("responses", {}).items():
        if status not in new.get("responses", {}):
            if status.startswith("2"):
                yield f"{at} answers {status} no more"
            continue
        before, after = sides.plain(response, new["responses"][status])
        for name in before.get("headers", {}).keys() - after.get("headers", {}).keys():
            yield f"{at}: {status} has the header {name} no more"
        yield from _contents(sides, before, after, f"{at}: {status}", is_request=False)


def _parameters(sides: _Sides, old: Json, new: Json, at: str) -> Iterator[str]:
    before, after = (
        {(each["in"], each["name"]): each for each in side.get("parameters", ())}
        for side in (old, new)
    )
    for key, parameter in after.items():
        where = f"{at}: {key[0]} {key[1]}"
        if key not in before:
            if parameter.get("required"):
                yield f"{where} is new and required"
            continue
        if parameter.get("required") and not before[key].get("required"):
            yield f"{where} became required"
        yield from _schemas(
            sides, before[key]["schema"], parameter["schema"], where, is_request=True
        )
    yield from (f"{at}: {key[0]} {key[1]} is gone" for key in before.keys() - after.keys())


def _contents(sides: _Sides, old: Json, new: Json, at: str, *, is_request: bool) -> Iterator[str]:
    before, after = old.get("content", {}), new.get("content", {})
    yield from (f"{at} is {kind} no more" for kind in before.keys() - after.keys())
    for kind in before.keys() & after.keys():
        yield from _schemas(
            sides,
            before[kind].get("schema", {}),
            after[kind].get("schema", {}),
            at,
            is_request=is_request,
        )


def _schemas(sides: _Sides, old: Json, new: Json, at: str, *, is_request: bool) -> Iterator[str]:
    if not sides.are_new(old, new):
        return
    old, new = sides.plain(old, new)
    yield from _fields(sides, old, new, at, is_request=is_request)
    for key in ("items", "additionalProperties"):
        if _is_schema(old.get(key)) and _is_schema(new.get(key)):
            inner = f"{at}[]" if key == "items" else f"{at}.*"
            yield from _schemas(sides, old[key], new[key], inner, is_request=is_request)
    for key in ("allOf", "anyOf", "oneOf"):
        parts = old.get(key, []), new.get(key, [])
        if len(parts[0]) == len(parts[1]):
            for before, after in zip(*parts, strict=True):
                yield from _schemas(sides, before, after, at, is_request=is_request)
        elif parts[0] or parts[1]:
            yield f"{at} had {len(parts[0])} {key}, now has {len(parts[1])}"
    looked_into = {"properties", "required", "items", "allOf", "anyOf", "oneOf"}
    for key in sorted((old.keys() | new.keys()) - looked_into - WORDS):
        if _narrows(key, old.get(key), new.get(key), is_request=is_request):
            yield f"{at} had {_said(old, key)}, now has {_said(new, key)}"


def _fields(sides: _Sides, old: Json, new: Json, at: str, *, is_request: bool) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in sorted(before.keys() | after.keys()):
        where = f"{at}.{name}"
        needed = [name in side.get("required", ()) for side in (old, new)]
        if name not in after:
            # A request that has it is refused where no others may follow.
            if not is_request or new.get("additionalProperties") not in OPEN:
                yield f"{where} is gone"
            continue
        if is_request and needed[1] and not (name in before and needed[0]):
            yield f"{where} is required now"
        if not is_request and needed[0] and not needed[1]:
            yield f"{where} became optional"
        if name in before:
            yield from _schemas(sides, before[name], after[name], where, is_request=is_request)


def _narrows(key: str, old: object, new: object, *, is_request: bool) -> bool:
    """Whether a client would not survive another value of a keyword."""
    if old == new or (_is_schema(old) and _is_schema(new)):
        return False
    if key == "enum" and isinstance(old, list) and isinstance(new, list):
        # In an answer further values are borne; none that was there may be missing in a request.
        return is_request and not set(map(str, old)) <= set(map(str, new))
    if key == "additionalProperties":
        is_open = old in OPEN, new in OPEN
        return is_request and is_open == (True, False)
    if key in LOWER | UPPER and isinstance(old, int | float) and isinstance(new, int | float):
        is_wider = new < old if key in LOWER else new > old
        return is_wider is not is_request
    if new is None or old is None:
        return (old is None) is is_request  # a limit more narrows requests, one less answers
    return True


def _is_schema(value: object) -> bool:
    return isinstance(value, Mapping) and bool(value)


def _said(part: Json, key: str) -> str:
    return f"{key} {json.dumps(part[key], ensure_ascii=False)}" if key in part else f"no {key}"
