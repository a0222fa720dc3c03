"""Checked request bodies: from bytes to a typed value, or a problem which names what is wrong."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, TypeVar, cast, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

from blockwork.runtime.http import Request
from blockwork.runtime.problems import FieldError, ProblemError

LARGEST_BODY = 64 * 1024
DEEPEST_BODY = 32
"""Objects and arrays within each other. What an interpreter bears differs by version and stack."""
MOST_ERRORS = 100

CHARSET = re.compile(r""";\s*charset\s*=\s*["']?([^"';\s]*)""", re.IGNORECASE)
UTF_8 = ("utf-8", "utf8")
HALF_OF_A_PAIR = re.compile("[\ud800-\udfff]")

Shape = TypeVar("Shape")


def read_body(request: Request, shape: type[Shape]) -> Shape:
    """Return the JSON in the body as a `shape`: a struct, or `list[…]` of structs for an array.

    A field whose type is neither JSON's nor msgspec's is built from its string, as `type(text)`;
    the `ValueError` of a text it refuses becomes that field's error.

    :raises ProblemError: 413 over 64 KB; 400 if it is not one JSON object (or array) in UTF-8 with
        unique keys; 422 naming each field which is missing, unknown or wrong.
    """
    if len(request.body) > LARGEST_BODY:
        raise ProblemError(
            413, f"the body must have at most {LARGEST_BODY} bytes, got {len(request.body)}"
        )
    body = _json(_text(request))
    each, is_array = _struct_of(shape)
    if not isinstance(body, list if is_array else dict):
        wanted = "array" if is_array else "object"
        raise ProblemError(400, f"the body must be a JSON {wanted}, got {_kind(body)}")
    entries: list[Any] = body if isinstance(body, list) else [body]
    known = set(each.__struct_encode_fields__)
    try:
        value = msgspec.convert(body, shape, dec_hook=_from_string)
    except msgspec.ValidationError:
        raise _misfit(entries, each, is_array=is_array) from None
    if not all(entry.keys() <= known for entry in entries):
        raise _misfit(entries, each, is_array=is_array)
    return value


def _struct_of(shape: object) -> tuple[type[msgspec.Struct], bool]:
    """Return the struct that a shape is made of, and whether it is an array of them."""
    if get_origin(shape) is list:
        return get_args(shape)[0], True
    return cast(type[msgspec.Struct], shape), False


def _text(request: Request) -> str:
    """Return the body as text, which JSON that is exchanged has in UTF-8 only (RFC 8259, 8.1).

    API Gateway goes by the Content-Type alone: of a text type it may hand over U+FFFD where bytes
    were not UTF-8. What was sent is lost then, so that is refused as the bytes are.
    """
    charset = CHARSET.search(request.headers.get("content-type", ""))
    if charset and charset[1].lower() not in UTF_8:
        raise _not_utf_8(f"Content-Type says charset={_short(charset[1])}")
    try:
        text = request.body.decode()
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise _not_utf_8(f"byte {error.start} is 0x{byte:02x}, which has no place there") from None
    if text.startswith("\ufeff"):
        raise _not_utf_8("it begins with a byte order mark; leave that out")
    if "\0" in text:
        raise _not_utf_8("it has NUL bytes, as UTF-16 and UTF-32 have")
    if (at := text.find("\ufffd")) >= 0:
        raise _not_utf_8(
            f"character {at} is U+FFFD, which stands for what could not be read;"
            " write \\ufffd where you mean it"
        )
    return text


def _not_utf_8(found: str) -> ProblemError:
    return ProblemError(400, f"the body must be JSON in UTF-8: {found}")


def _json(text: str) -> object:
    """Parse strictly: msgspec refuses NaN and numbers it cannot hold."""
    try:
        _check_characters(
            json.loads(text, object_pairs_hook=_unique, parse_int=str, parse_float=str)
        )
        value: object = msgspec.json.decode(text)
    except (ValueError, msgspec.DecodeError) as error:
        raise ProblemError(400, f"the body must be JSON: {error}") from error
    except RecursionError as error:
        raise _too_deep() from error
    nested = [value]
    for _ in range(DEEPEST_BODY):
        nested = [inner for outer in nested for inner in _inside(outer)]
        if not nested:
            return value
    raise _too_deep()


def _check_characters(value: object) -> None:
    """Refuse what escapes can write but no encoding has: halves of a surrogate pair."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, str) and (found := HALF_OF_A_PAIR.search(each)):
            raise ValueError(f"{found[0]!a} in {_short(each)!a} is half of a character")
        if isinstance(each, dict):
            left += [*each, *each.values()]
        elif isinstance(each, list):
            left += each


def _inside(value: object) -> Iterator[object]:
    """Return the objects and arrays that stand directly in a value."""
    within: Iterable[object] = ()
    if isinstance(value, dict | list):
        within = value.values() if isinstance(value, dict) else value
    return (inner for inner in within if isinstance(inner, dict | list))


def _too_deep() -> ProblemError:
    return ProblemError(400, f"the body must be JSON, nested at most {DEEPEST_BODY} deep")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object with the same key twice: parsers disagree on which one counts."""
    fields: dict[str, Any] = {}
    for key, value in pairs:
        if key in fields:
            raise ValueError(f"the key {_short(key)!a} is there twice")
        fields[key] = value
    return fields


def _misfit(entries: list[Any], shape: type[msgspec.Struct], *, is_array: bool) -> ProblemError:
    """Say what is wrong with each field; msgspec itself stops at the first."""
    known = {field.encode_name: field for field in msgspec.structs.fields(shape)}
    errors: list[FieldError] = []
    for number, entry in enumerate(entries):
        at = f"[{number}]" if is_array else ""
        if isinstance(entry, dict):
            errors += _field_errors(entry, known, f"{at}." if at else "")
        else:
            errors.append(FieldError(at, f"must be an object, got {_kind(entry)}"))
        if len(errors) >= MOST_ERRORS:
            break
    subject = "each entry" if is_array else "it"
    return ProblemError(
        422,
        f"the body does not fit; {subject} may have the fields {', '.join(known)}",
        errors[:MOST_ERRORS],
    )


def _field_errors(
    fields: dict[str, Any], known: Mapping[str, FieldInfo], at: str
) -> list[FieldError]:
    errors = []
    for name, field in known.items():
        if name not in fields:
            if field.required:
                errors.append(FieldError(at + name, "is required"))
            continue
        try:
            msgspec.convert(fields[name], field.type, dec_hook=_from_string)
        except msgspec.ValidationError as error:
            errors.append(FieldError(at + name, _explain(field.type, fields[name], error)))
    errors += [
        FieldError(at + _short(name), "is not known") for name in fields if name not in known
    ]
    return errors


def _explain(expected: object, value: object, error: msgspec.ValidationError) -> str:
    """Return msgspec's own words, except for an enum, where they do not say what is allowed."""
    if isinstance(expected, type) and issubclass(expected, Enum):
        allowed = ", ".join(str(choice.value) for choice in expected)
        shown = repr(_short(value)) if isinstance(value, str) else _kind(value)
        return f"must be one of {allowed}, got {shown}"
    return str(error)


def _from_string(expected: type, value: object) -> object:
    if not isinstance(value, str):
        raise ValueError(f"must be a string, got {_kind(value)}")
    return expected(value)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"


def _kind(value: object) -> str:
    """Name a value's type as JSON does."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    return "a string" if isinstance(value, str) else "a number"
