"""A stack whose creation failed has to be deleted before its name can be used again.

AWS: "ROLLBACK_COMPLETE: … Only a delete operation can be performed" (User Guide, "Stack status
codes"); CreateStack answers AlreadyExistsException, CreateChangeSet that the stack can not be
updated. Stock puts a new stack in the old one's place, whose termination protection goes with it.
Closed by refusing both before stock looks.
"""

from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation import handlers
from ministack.services.cloudformation.helpers import _error, _p

FAILED = "ROLLBACK_COMPLETE"


def close() -> None:
    """Look at the old stack first."""
    for action in ("CreateStack", "CreateChangeSet"):
        handlers._ACTION_HANDLERS[action] = _refusing(action, handlers._ACTION_HANDLERS[action])


def _refusing(action: str, stock: Callable[..., Any]) -> Callable[..., Any]:
    def handle(params: Any) -> Any:
        stack = handlers._resolve_stack(_p(params, "StackName") or "")
        if stack is None or stack["StackStatus"] != FAILED:
            return stock(params)
        if action == "CreateStack":
            name = stack["StackName"]
            return _error("AlreadyExistsException", f"Stack [{name}] already exists")
        return _error(
            "ValidationError",
            f"Stack:{stack['StackId']} is in {FAILED} state and can not be updated.",
        )

    return handle
