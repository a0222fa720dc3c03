"""Whether statements of a policy allow a request, by the rules of IAM.

Of conditions the operators on strings, ARNs, numbers, booleans and presence are known; by another
one nothing is allowed, and what it denies is denied.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

Statement = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Request:
    """Somebody wants to do something with something.

    :param principal: a service such as `sns.amazonaws.com`, or the ARN of a role.
    :param context: keys of conditions in lower case; what is not there has no value.
    """

    principal: str
    action: str
    resource: str
    context: Mapping[str, str]


def allows(statements: Iterable[Statement], request: Request) -> bool:
    """Tell whether a statement allows the request, and none denies it."""
    met = [statement for statement in statements if _meets(statement, request)]
    return any(s["Effect"] == "Allow" for s in met) and not any(s["Effect"] == "Deny" for s in met)


def denies(statements: Iterable[Statement], request: Request) -> bool:
    """Tell whether a statement denies the request."""
    return any(s["Effect"] == "Deny" and _meets(s, request) for s in statements)


def _meets(statement: Statement, request: Request) -> bool:
    return (
        _is_principal(statement, request.principal)
        and _is_one(statement, "Action", request.action, ignore_case=True)
        and _is_one(statement, "Resource", request.resource)
        and _conditions_hold(statement, request.context)
    )


def _is_principal(statement: Statement, principal: str) -> bool:
    """Tell whether a statement is about a principal; one of an identity's own policy always is."""
    if "NotPrincipal" in statement:
        return not _names(statement["NotPrincipal"], principal)
    return "Principal" not in statement or _names(statement["Principal"], principal)


def _names(said: object, principal: str) -> bool:
    if said == "*":
        return True
    kind = "AWS" if principal.startswith("arn:") else "Service"
    given = said if isinstance(said, Mapping) else {}
    names = {
        *as_list(given.get(kind, [])),
        *(["*"] if "*" in as_list(given.get("AWS", [])) else []),
    }
    account = principal.split(":")[4] if kind == "AWS" else ""
    return bool(names & {"*", principal, *([account, root(account)] if account else [])})


def root(account: str) -> str:
    """Return the principal that stands for everybody of an account."""
    return f"arn:aws:iam::{account}:root"


def _is_one(statement: Statement, key: str, value: str, *, ignore_case: bool = False) -> bool:
    if f"Not{key}" in statement:
        return not _like_any(statement[f"Not{key}"], value, ignore_case=ignore_case)
    # Lambda's permissions and the policies of roles' trust name no resource: it is their own.
    return _like_any(statement.get(key, "*"), value, ignore_case=ignore_case)


def _like_any(patterns: object, value: str, *, ignore_case: bool = False) -> bool:
    return any(_like(str(p), value, ignore_case=ignore_case) for p in as_list(patterns))


def _like(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    return _compiled(pattern, ignore_case=ignore_case).fullmatch(value) is not None


@cache
def _compiled(pattern: str, *, ignore_case: bool) -> re.Pattern[str]:
    escaped = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(escaped, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _equal(wanted: str, value: str) -> bool:
    return wanted == value


def _like_exactly(wanted: str, value: str) -> bool:
    return _like(wanted, value)


OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": _equal,
    "StringEqualsIgnoreCase": lambda wanted, value: wanted.lower() == value.lower(),
    "StringLike": _like_exactly,
    "ArnEquals": _like_exactly,
    "ArnLike": _like_exactly,
    "Bool": lambda wanted, value: wanted.lower() == value.lower(),
    "NumericEquals": lambda wanted, value: float(value) == float(wanted),
    "NumericLessThan": lambda wanted, value: float(value) < float(wanted),
    "NumericLessThanEquals": lambda wanted, value: float(value) <= float(wanted),
    "NumericGreaterThan": lambda wanted, value: float(value) > float(wanted),
    "NumericGreaterThanEquals": lambda wanted, value: float(value) >= float(wanted),
}


def _conditions_hold(statement: Statement, context: Mapping[str, str]) -> bool:
    return all(
        _condition_holds(operator, wanted, context.get(key.lower()), statement["Effect"] == "Deny")
        for operator, keys in (statement.get("Condition") or {}).items()
        for key, wanted in keys.items()
    )


def _condition_holds(operator: str, wanted: object, value: str | None, unknown: bool) -> bool:
    quantifier, _, plain = operator.rpartition(":")
    name = plain.removesuffix("IfExists")
    options = [
        str(option).lower() if isinstance(option, bool) else str(option)
        for option in as_list(wanted)
    ]
    if name == "Null":
        return ("true" if value is None else "false") in options
    negative = "Not" in name
    if value is None:
        return negative or plain != name or quantifier == "ForAllValues"
    known = OPERATORS.get(name.replace("Not", "", 1))
    if known is None:
        return unknown
    return any(known(option, value) for option in options) is not negative


def as_list(value: object) -> list[Any]:
    """Return a list of what may be written as one thing alone."""
    return list(value) if isinstance(value, list | tuple | set) else [value]
