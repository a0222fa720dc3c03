"""What a request takes, said where it is checked, so that the API's contract says it too."""

from collections.abc import Callable
from typing import TypeVar

PERMISSION = "__permission__"

Check = TypeVar("Check", bound=Callable[..., object])


def demands_permission(form: str) -> Callable[[Check], Check]:
    """Mark a function as what lets only those pass who have a permission.

    ::

        @demands_permission("{action}:{resource}")
        def require(user: User, action: str, resource: str) -> None: ...

    `blockwork openapi` then finds `require(user, "write", "orders")` in a route, and writes
    `write:orders` as its `x-permission`. Nothing else changes.

    :param form: a format string of the function's parameters.
    """

    def marked(check: Check) -> Check:
        vars(check)[PERMISSION] = form
        return check

    return marked
