"""Reads handlers in Python, in a process of its own: `python -m blockwork.openapi.reader FOLDER`.

What a bundle has is imported from FOLDER, what is installed for it from this Python. On standard
input comes, by API and route, which handler answers and in what environment; on standard output
goes what each of them says.
"""

import inspect
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
from msgspec import _json_schema

import blockwork.runtime
from blockwork.openapi.kit import KIT, view_of
from blockwork.openapi.walking import Found, Walker
from blockwork.runtime.http import DECLARED, Declared
from blockwork.runtime.views import schema_of

REFERENCE = "#/components/schemas/{name}"
# As Lambda has it: nothing of an account, and no way to one.
NO_ACCOUNT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
}
ARROW = re.compile(r"^[A-Z$]+ \S+\s*[:.]?\s*")
Json = dict[str, Any]
# A default of a type that is built from its string is shown as that; msgspec has no hook for it.
_json_schema.to_builtins = partial(msgspec.to_builtins, enc_hook=str)  # type: ignore[attr-defined]


def main() -> None:
    """Read what is asked for on standard input."""
    folder = Path(sys.argv[1]).resolve()
    sys.path.insert(0, str(folder))
    answer = sys.stdout
    sys.stdout = sys.stderr  # what a module prints is no answer
    os.environ.update(NO_ACCOUNT)
    asked = json.load(sys.stdin)
    json.dump({api: _api(routes, folder) for api, routes in asked.items()}, answer)


def _api(routes: Mapping[str, Mapping[str, Any]], folder: Path) -> Json:
    said = {key: _tried(each, folder) for key, each in routes.items()}
    types = [kind for each in said.values() for kind in each["types"].values()]
    schemas, components = msgspec.json.schema_components(
        types, schema_hook=_of_own_kind, ref_template=REFERENCE
    )
    left = iter(schemas)
    for each in said.values():
        each["types"] = {role: next(left) for role in each["types"]}
        if each.get("isClosed"):
            _close(each["types"].get("body"), components)
    for each in components.values():
        if "description" in each:
            each["description"] = inspect.cleandoc(each["description"])
    return {"routes": said, "schemas": components}


def _close(schema: Json | None, components: Json) -> None:
    """Say that a body has no other fields, as `read_body` refuses them."""
    if schema is None:
        return
    struct: Json = schema.get("items") or schema
    components[struct["$ref"].rpartition("/")[2]]["additionalProperties"] = False


def _tried(asked: Mapping[str, Any], folder: Path) -> Json:
    try:
        return _said(asked, folder)
    except Exception as error:
        return {"types": {}, "unread": f"{type(error).__name__}: {error}"}


def _said(asked: Mapping[str, Any], folder: Path) -> Json:
    os.environ.update(asked["environment"])
    module, _, name = asked["handler"].replace("/", ".").rpartition(".")
    imported = import_module(module)
    declared = getattr(getattr(imported, name), DECLARED, None)
    if not isinstance(declared, Declared):
        return {"types": {}, "unread": "it is not made by blockwork.runtime.http.http_handler"}
    kit = Path(blockwork.runtime.__file__).parent
    walker = Walker(lambda file: file.is_relative_to(folder) or file.is_relative_to(kit), KIT)
    walker.read(declared.route)
    found = walker.found
    for error, status in declared.errors.items():
        found.problem(status, _first_sentence(error))
    return {
        "name": getattr(declared.route, "__name__", name),
        "summary": ARROW.sub("", _first_sentence(imported)),
        "text": _text(imported, declared.route),
        "answers": {status: sorted(says) for status, says in found.answers.items()},
        "problems": found.problems,
        "path": found.path,
        "query": found.query,
        "headers": found.headers,
        "required": sorted(found.required),
        "permissions": found.permissions,
        "types": dict(_types(found, declared.route)),
        "isClosed": found.is_closed,
        "hasProblemPage": declared.has_problem_page,
    }


def _types(found: Found, route: Callable[..., object]) -> Iterator[tuple[str, object]]:
    if found.body is not None:
        yield "body", found.body
    view = view_of(route)
    if view not in (object, type(None), Any):
        yield "answer", view
    if found.current is not None:
        yield "current", found.current


def _of_own_kind(kind: type) -> Json:
    """Return the schema of a type that is built from its string, as `read_body` builds it."""
    schema = schema_of(kind)
    return {**schema, "description": _first_sentence(kind)} if kind.__doc__ else schema


def _first_sentence(documented: object) -> str:
    return (inspect.getdoc(documented) or "").partition("\n\n")[0].replace("\n", " ")


def _text(module: object, route: Callable[..., object]) -> str:
    """Return what the module says further of itself, and the function of its answer."""
    _, _, more = (inspect.getdoc(module) or "").partition("\n\n")
    answers = (inspect.getdoc(route) or "").partition("\n:param")[0]
    parts = [part for whole in (more, answers) for part in whole.split("\n\n") if part.strip()]
    return "\n\n".join(part.replace("\n", " ").strip() for part in parts)


if __name__ == "__main__":
    main()
