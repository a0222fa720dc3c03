"""Checked request bodies: from bytes to a typed value, or a problem which names what is wrong."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin

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

    So may its fields be.

    A field whose type is neither JSON's nor msgspec's is built from its string, as `type(text)`;
    the `ValueError` of a text it refuses becomes that field's error.

    :raises ProblemError: 413 over 64 KB; 400 if it is not one JSON object (or array) in UTF-8 with
        unique keys; 422 naming each field which is missing, unknown or wrong, with its place.
    """
    if len(request.body) > LARGEST_BODY:
        raise ProblemError(
            413, f"the body must have at most {LARGEST_BODY} bytes, got {len(request.body)}"
        )
    body = _json(_text(request))
    _, is_array = _struct_of(shape)
    if not isinstance(body, list if is_array else dict):
        wanted = "array" if is_array else "object"
        raise ProblemError(400, f"the body must be a JSON {wanted}, got {_kind(body)}")
    try:
        value = msgspec.convert(body, shape, dec_hook=_from_string)
    except msgspec.ValidationError:
        raise _misfit(body, shape) from None
    if _has_unknown(body, shape):
        raise _misfit(body, shape)
    return value


def _struct_of(shape: object) -> tuple[type[msgspec.Struct] | None, bool]:
    """Return the struct that a shape is made of, if it is, and whether it is an array of them."""
    bare = get_args(shape)[0] if get_origin(shape) is Annotated else shape
    is_array = get_origin(bare) is list
    each = get_args(bare)[0] if is_array else bare
    if isinstance(each, type) and issubclass(each, msgspec.Struct):
        return each, is_array
    return None, is_array


@cache
def _fields_of(struct: type[msgspec.Struct]) -> Mapping[str, FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(struct)}


@cache
def _nested_in(struct: type[msgspec.Struct]) -> Mapping[str, object]:
    """Return the fields that are structs, or arrays of them, with what they are."""
    fields = _fields_of(struct).items()
    return {name: field.type for name, field in fields if _struct_of(field.type)[0]}


def _has_unknown(value: Any, shape: object) -> bool:  # noqa: ANN401 -- what fits the shape
    struct, is_array = _struct_of(shape)
    assert struct is not None
    known, nested = _fields_of(struct).keys(), _nested_in(struct).items()
    return any(
        not entry.keys() <= known
        or any(_has_unknown(entry[name], inner) for name, inner in nested if name in entry)
        for entry in (value if is_array else [value])
    )


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


def _misfit(body: object, shape: object) -> ProblemError:
    """Say what is wrong with each field; msgspec itself stops at the first."""
    struct, is_array = _struct_of(shape)
    assert struct is not None
    subject = "each entry" if is_array else "it"
    return ProblemError(
        422,
        f"the body does not fit; {subject} may have the fields {', '.join(_fields_of(struct))}",
        _errors_in(body, struct, "")[:MOST_ERRORS],
    )


def _errors_in(value: object, struct: type[msgspec.Struct], at: str) -> list[FieldError]:
    """Say what is wrong in a struct, or in each of an array of them."""
    errors: list[FieldError] = []
    entries = [(at, value)]
    if isinstance(value, list):
        entries = [(f"{at}[{number}]", entry) for number, entry in enumerate(value)]
    for place, entry in entries:
        if isinstance(entry, dict):
            errors += _field_errors(entry, _fields_of(struct), f"{place}." if place else "")
        else:
            errors.append(FieldError(place, f"must be an object, got {_kind(entry)}"))
        if len(errors) >= MOST_ERRORS:
            break
    return errors


def _field_errors(
    fields: dict[str, Any], known: Mapping[str, FieldInfo], at: str
) -> list[FieldError]:
    errors = []
    for name, field in known.items():
        if name not in fields:
            if field.required:
                errors.append(FieldError(at + name, "is required"))
            continue
        struct, is_array = _struct_of(field.type)
        if struct and isinstance(fields[name], list if is_array else dict):
            inner = _errors_in(fields[name], struct, at + name)
            errors += inner
            if inner:
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
