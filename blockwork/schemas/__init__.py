"""The events' contracts as JSON Schemas, for readers in any language.

An event that changed in a way its readers would not survive is refused until its version is raised:
replays and redrives bring old events to new code, and during a deployment new events reach old
code.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from blockwork.runtime.envelope import Envelope, Event

WORDS = ("title", "description", "$schema", "$defs")
LOOKED_INTO = ("properties", "items", "enum")

Schema = dict[str, Any]


def schema_of(kind: type[Event]) -> Schema:
    """Return the JSON Schema of an event's detail."""
    schema = msgspec.json.schema(Envelope[kind])  # type: ignore[valid-type]
    definitions = schema["$defs"]
    envelope = definitions.pop(f"Envelope_{kind.__name__}_")
    for definition in definitions.values():
        definition["description"] = definition["description"].partition("\n")[0]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **envelope,
        "title": kind.__name__,
        "description": definitions[kind.__name__]["description"],
        "$defs": definitions,
    }


def file_of(kind: type[Event], folder: Path) -> Path:
    """Return where the schema of an event's present version is."""
    return folder / f"{kind.__name__}.v{kind.VERSION}.json"


def text_of(kind: type[Event]) -> str:
    """Return the schema as it is written."""
    return json.dumps(schema_of(kind), indent=2) + "\n"


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Return what readers of one schema would not survive in events of the other.

    Harmless are other words, further optional fields, and further values of an enum.
    """
    return list(_breaks(_plain(old, old), _plain(new, new), "event"))


def _plain(schema: Schema, root: Schema) -> Schema:
    """Put what is referred to in its place, and leave out words."""
    if "$ref" in schema:
        return _plain(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    plain: Schema = {}
    for key, part in schema.items():
        if key == "properties":  # its keys are names of fields
            plain[key] = {name: _plain(field, root) for name, field in part.items()}
        elif isinstance(part, dict) and key not in WORDS:
            plain[key] = _plain(part, root)
        elif isinstance(part, list):
            plain[key] = [_plain(item, root) if isinstance(item, dict) else item for item in part]
        elif key not in WORDS:
            plain[key] = part
    return plain


def _breaks(old: Schema, new: Schema, at: str) -> Iterator[str]:
    yield from _broken_fields(old, new, at)
    if isinstance(old.get("items"), dict) and isinstance(new.get("items"), dict):
        yield from _breaks(old["items"], new["items"], f"{at}[]")
    if "enum" in old and "enum" in new:
        for value in old["enum"]:
            if value not in new["enum"]:
                yield f"{at} may no longer be {value!r}"
    for key in sorted((old.keys() | new.keys()) - {"required"}):
        looked_into = key in LOOKED_INTO and key in old and key in new
        if not looked_into and old.get(key) != new.get(key):
            yield f"{at} had {_said(key, old)}, now has {_said(key, new)}"


def _broken_fields(old: Schema, new: Schema, at: str) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in sorted(before.keys() | after.keys()):
        where = f"{at}.{name}"
        needed_before, needed_after = (name in side.get("required", []) for side in (old, new))
        if name not in after:
            yield f"{where} is gone"
        elif name not in before:
            if needed_after:
                yield f"{where} is new and required"
        else:
            if needed_before != needed_after:
                yield f"{where} became {'required' if needed_after else 'optional'}"
            yield from _breaks(before[name], after[name], where)


def _said(key: str, schema: Schema) -> str:
    return f"{key} {json.dumps(schema[key])}" if key in schema else f"no {key}"


def write(kinds: Iterable[type[Event]], folder: Path) -> list[str]:
    """Write the schema of every event's present version; return why some were not written."""
    folder.mkdir(parents=True, exist_ok=True)
    refusals = []
    for kind in kinds:
        file = file_of(kind, folder)
        breaks = []
        if file.is_file():
            breaks = breaking_changes(json.loads(file.read_text(encoding="utf-8")), schema_of(kind))
        if breaks:
            refusals.append(
                f"{kind.__name__} has changed too much for version {kind.VERSION}:"
                f" {'; '.join(breaks)}. Raise its VERSION to {kind.VERSION + 1} in"
                f" {kind.__module__}"
            )
        else:
            file.write_text(text_of(kind), encoding="utf-8")
    return refusals
