"""What an event says, and whom it concerns."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypedDict


class UnusableEventError(Exception):
    """An event can never be used: trying again cannot help, mending its producer can."""


class Form(TypedDict):
    """How events of one type name their user; `plain` ones have no `metadata` and no `data`."""

    user: Sequence[str]
    plain: bool


Forms = Mapping[str, Mapping[str, Form]]
"""By source and type."""
OURS: Form = {"user": ["userId"], "plain": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """An event, whatever its form."""

    type: str
    event_id: str
    time: str
    user_id: str
    data: Any


def read(event: dict[str, Any], forms: Forms) -> News:
    """Return what an event says.

    :raises UnusableEventError: if it names no user, or has no type, id or time.
    """
    plain = _form(event, forms)["plain"]
    about = () if plain else ("detail", "metadata")
    return News(
        type=_text(event, "detail-type"),
        event_id=_text(event, *about, "id"),
        time=_text(event, *about, "time"),
        user_id=user_of(event, forms),
        data=event["detail"] if plain else event["detail"]["data"],
    )


def user_of(event: dict[str, Any], forms: Forms) -> str:
    """Return whom an event concerns.

    :raises UnusableEventError: if it names nobody.
    """
    form = _form(event, forms)
    return _text(event, "detail", *(() if form["plain"] else ("data",)), *form["user"])


@cache
def told_forms() -> Forms:
    """Return the forms that the function is told of, where they are others than ours."""
    forms: Forms = json.loads(os.environ.get("EVENT_FORMS", "{}"))
    return forms


def _form(event: dict[str, Any], forms: Forms) -> Form:
    of_source = forms.get(event.get("source", ""), {})
    return of_source.get(event.get("detail-type", ""), OURS)


def _text(event: dict[str, Any], *path: str) -> str:
    value: Any = event
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, str) or not value:
        raise UnusableEventError(
            f"{'.'.join(path)} must be a text that is not empty, got {type(value).__name__}"
        )
    return value
