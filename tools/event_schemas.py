"""The events' contracts as JSON Schemas in `docs/events`, for readers in any language.

`python -m tools.event_schemas` writes them, `make test` compares. An event that changed in a way
its readers would not survive is refused until its version is raised: replays and redrives bring
old events to new code, and during a deployment new events reach old code.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.markup import escape
from shared.events import EVENTS

from blockwork.runtime.envelope import Envelope, Event

FOLDER = Path(__file__).parent.parent / "docs" / "events"
WORDS = ("title", "description", "$schema", "$defs")
LOOKED_INTO = ("properties", "items", "enum")

Schema = dict[str, Any]

console = Console(highlight=False, soft_wrap=True)


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


def file_of(kind: type[Event], folder: Path = FOLDER) -> Path:
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


def write(folder: Path = FOLDER) -> list[str]:
    """Write the schema of every event's present version; return why some were not written."""
    folder.mkdir(parents=True, exist_ok=True)
    refusals = []
    for name, kind in EVENTS.items():
        file = file_of(kind, folder)
        breaks = []
        if file.is_file():
            breaks = breaking_changes(json.loads(file.read_text(encoding="utf-8")), schema_of(kind))
        if breaks:
            refusals.append(
                f"{name} has changed too much for version {kind.VERSION}: {'; '.join(breaks)}."
                f" Raise its VERSION to {kind.VERSION + 1} in lambda_src/shared/events.py"
            )
        else:
            file.write_text(text_of(kind), encoding="utf-8")
    return refusals


def main(folder: Path = FOLDER) -> int:
    """Write the schemas and return 1 if one was refused."""
    refusals = write(folder)
    for refusal in refusals:
        console.print("[red]error:[/]", escape(refusal))
    return 1 if refusals else 0


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m tools.event_schemas", description=__doc__).parse_args()
    sys.exit(main())
