"""What EventBridge would refuse of a pattern at deployment, or would never match."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Token
from aws_cdk import aws_events as events

OPERATORS = {
    *("anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix"),
    "wildcard",
}
"""Amazon EventBridge user guide, "Comparison operators for use in event patterns"."""
FIELDS = ("account", "detail_type", "id", "region", "resources", "source", "time", "version")


def check_pattern(pattern: events.EventPattern, *, at: str) -> None:
    """Refuse a pattern for everything, an empty list in it, or a `detail` that is none.

    :param at: the path of the construct that has it.
    :raises ValueError: names the field, and what may stand there.
    """
    said = {name: getattr(pattern, name) for name in (*FIELDS, "detail")}
    if all(value is None for value in said.values()):
        raise ValueError(
            f"pattern must name something: one for everything is never meant (at {at})"
        )
    for name in FIELDS:
        if said[name] is not None and not said[name]:
            raise ValueError(
                f"{name} must hold a value at least, got []: EventBridge takes no empty list (at "
                f"{at})"
            )
    if said["detail"] is not None:
        _check_fields(said["detail"], "detail", at)


def _check_fields(fields: Any, where: str, at: str) -> None:  # noqa: ANN401 -- as somebody wrote it
    if Token.is_unresolved(fields):
        return
    if not isinstance(fields, Mapping) or not fields:
        raise ValueError(
            f"{where} must map names of fields to lists of values, got {fields!r} (at {at})"
        )
    for name, value in fields.items():
        inner = f"{where}.{name}"
        if name == "$or":
            if not isinstance(value, list) or len(value) < 2:
                raise ValueError(
                    f"{inner} must list two patterns at least, got {value!r} (at {at})"
                )
            for each in value:
                _check_fields(each, inner, at)
        elif isinstance(value, list | tuple):
            _check_values(value, inner, at)
        else:
            _check_fields(value, inner, at)


def _check_values(values: list[Any] | tuple[Any, ...], where: str, at: str) -> None:
    if not values:
        raise ValueError(
            f"{where} must hold a value at least, got []: EventBridge takes no empty list (at {at})"
        )
    for value in values:
        plain = value is None or isinstance(value, str | int | float | bool)
        operator = isinstance(value, Mapping) and len(value) == 1 and {*value} <= OPERATORS
        if not plain and not operator and not Token.is_unresolved(value):
            raise ValueError(
                f"{where} must hold texts, numbers, True, False, None, or one operator each, such "
                f"as {{'prefix': 'eu-'}}, of {', '.join(sorted(OPERATORS))}; got {value!r} (at "
                f"{at})"
            )
