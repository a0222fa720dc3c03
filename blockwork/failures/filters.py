"""Tell whether a record passes a filter of an event source mapping."""

from collections.abc import Mapping
from typing import Any

ABSENT = object()
COMPARISONS = {
    "=": lambda value, limit: value == limit,
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
}


class UnknownFilterError(Exception):
    """A filter uses an operator that is not known here."""


def matches(pattern: Mapping[str, Any], record: object) -> bool:
    """Tell whether a record fits a pattern, by Lambda's rules.

    :raises UnknownFilterError: if the pattern uses another operator than `prefix`, `suffix`,
        `exists`, `equals-ignore-case`, `anything-but` with values, `numeric` or `$or`.
    """
    for key, wanted in pattern.items():
        if key == "$or":
            if not any(matches(choice, record) for choice in wanted):
                return False
            continue
        value = record.get(key, ABSENT) if isinstance(record, dict) else ABSENT
        if isinstance(wanted, dict):
            if not matches(wanted, value):
                return False
        elif not any(_fits(rule, value) for rule in wanted):
            return False
    return True


def _fits(rule: object, value: object) -> bool:
    if not isinstance(rule, dict):
        return type(rule) is type(value) and rule == value
    operator, operand = next(iter(rule.items()))
    text = value if isinstance(value, str) else None
    match operator, operand:
        case "exists", bool():
            return (value is not ABSENT) is operand
        case "prefix", str():
            return text is not None and text.startswith(operand)
        case "suffix", str():
            return text is not None and text.endswith(operand)
        case "equals-ignore-case", str():
            return text is not None and text.lower() == operand.lower()
        case "anything-but", str() | int() | float() | list():
            return value is not ABSENT and value not in (
                operand if isinstance(operand, list) else [operand]
            )
        case "numeric", [*bounds]:
            return isinstance(value, int | float) and all(
                COMPARISONS[sign](value, limit)
                for sign, limit in zip(bounds[::2], bounds[1::2], strict=True)
            )
    raise UnknownFilterError(
        f"the consumer's filter uses {rule}, which this command does not know: whether the"
        " records are for the function cannot be told"
    )
