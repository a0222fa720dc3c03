"""Tell a function by its environment what it works with."""

from collections.abc import Mapping
from weakref import WeakKeyDictionary

from aws_cdk import aws_lambda as lambda_

from constructs_lib.interfaces import AnyFunction

_told: WeakKeyDictionary[AnyFunction, dict[str, str]] = WeakKeyDictionary()
"""What functions of this library were told: their environment cannot be read back."""


def tell(
    function: AnyFunction,
    variable: str,
    value: str,
    *,
    at: str,
    otherwise: str = "let its owner set the variable, and call the `grant_…` beside this `let_…`",
) -> None:
    """Set a variable of a function's environment, once and for all.

    It is half of each `let_…`: what a function is allowed, it is also told of.

    :param variable: its name, as the handler reads it.
    :param at: the path of the construct that tells.
    :param otherwise: what to do for a function that cannot be told.
    :raises ValueError: if the function cannot be told, because it was imported or is a version or
        an alias of another one; or it was told something else by this name.
    """
    if not isinstance(function, lambda_.Function):
        raise ValueError(
            f"function must be one that this app makes, whose environment can say {variable}, got "
            f"{function.node.path}, which is imported, a version or an alias: give the function "
            f"itself, or {otherwise} (at {at})"
        )
    told = _told.setdefault(function, {})
    if told.setdefault(variable, value) != value:
        raise ValueError(
            f"{variable} of {function.node.path} says something else already, and a handler reads "
            "one value by one name: give it another `variable` where there is a choice, or let "
            f"each have a function of its own (at {at})"
        )
    function.add_environment(variable, value)


def has_been_told(function: lambda_.Function, environment: Mapping[str, str]) -> None:
    """Remember what a function was told when it was made, so that it is not told otherwise."""
    _told.setdefault(function, {}).update(environment)
