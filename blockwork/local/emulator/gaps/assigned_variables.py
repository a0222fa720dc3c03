"""All that a state assigns, it assigns at once.

AWS evaluates each expression of Assign with the variables as they were before
(https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html). Stock lets each see
what those before it have assigned. Closed by evaluating all, and then assigning.
"""

from typing import Any

from ministack.services import stepfunctions

from blockwork.local.emulator.gaps._state_machine import Context, State, is_jsonata


def close() -> None:
    """Assign at once."""

    def assign(
        state: State, given: Any, context: Context, result: Any = None, error_output: Any = None
    ) -> None:
        if not is_jsonata(state, context):
            return
        evaluated = {
            name: stepfunctions._apply_jsonata_template(
                template, given, context, result=result, error_output=error_output
            )
            for name, template in (state.get("Assign") or {}).items()
        }
        context["variables"] = {**context.get("variables", {}), **evaluated}

    stepfunctions._apply_state_assign = assign
