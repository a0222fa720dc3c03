"""Where executions that wait meet what they wait for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import jsii
from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from constructs import Construct, IValidation

from constructs_lib.asked_once import made_in, path_of
from constructs_lib.interfaces import AnyFunction
from constructs_lib.primitives import Table
from constructs_lib.telling import tell

if TYPE_CHECKING:
    # Loaded where there is a state machine only: it takes its time.
    from aws_cdk import aws_stepfunctions as sfn

VARIABLE = "CALLBACKS_TABLE"
KNOWN = ("token", "waiting", "handing", "seen", "ended")
MESSAGE = "message"
"""The attributes of each kind of item, as `blockwork.runtime.callback_items` writes it."""
RESUME = ("states:SendTaskSuccess", "states:SendTaskHeartbeat")


class Callbacks(Construct):
    """A table where the token of a task that waits meets the message that ends the wait.

    Either may come first, twice or never: `blockwork.runtime.callbacks.CallbackTable` sees to each
    case. What waits is the function of a :class:`CallbackTask`, what arrives comes by a webhook, a
    queue or an event::

        callbacks = Callbacks(self, "Callbacks")
        callbacks.let_wait(link)
        callbacks.let_arrive(webhook)
        pay = Workflow(self, "Pay", definition=CallbackTask(self, "Wait", function=link, …), …)
        callbacks.let_resume(pay.state_machine)

    Messages go from it when they are handed over, ids and what else is known of a key after 400
    days: an execution takes a year at most.

    :param removal_policy: what becomes of it when it leaves its stack; without it executions that
        wait hear nothing until their timeout. Default: that of :class:`Defaults`, else it is
        retained.
    """

    def __init__(
        self, scope: Construct, id_: str, /, *, removal_policy: RemovalPolicy | None = None
    ) -> None:
        super().__init__(scope, id_)
        made_in(scope, id_, self)
        self.table = Table(
            self,
            "Table",
            partition_key="callbackKey",
            sort_key="itemId",
            time_to_live_attribute="expiresAt",
            removal_policy=removal_policy,
        )
        # A policy of its own, for which no function waits: a state machine names the function,
        # and a function's own policy that named the state machine would close the circle.
        self._resume = iam.Policy(self, "Resume")
        self._machines: list[sfn.IStateMachine] = []
        self._functions: list[AnyFunction] = []
        self.node.add_validation(_WhenAllIsSaid(self._missing))

    def let_wait(self, function: AnyFunction, /) -> None:
        """Let a function put the token of a task here (`CallbackTable.wait`), and `end` a key.

        It finds the table in CALLBACKS_TABLE.

        :raises ValueError: if the function cannot be told, or was imported without its role.
        """
        self._let_hand_over(function)

    def let_arrive(self, function: AnyFunction, /) -> None:
        """Let a function bring messages (`CallbackTable.arrive`), signs of life, and `end` a key.

        It finds the table in CALLBACKS_TABLE.

        :raises ValueError: if the function cannot be told, or was imported without its role.
        """
        self._let_hand_over(function, MESSAGE)

    def let_resume(self, state_machine: sfn.IStateMachine, /) -> None:
        """Let the functions resume executions of a state machine, and give them signs of life.

        Said once it is made; before or after the functions.
        """
        self._machines.append(state_machine)
        self._resume.add_statements(
            iam.PolicyStatement(actions=[*RESUME], resources=[state_machine.state_machine_arn])
        )

    def _let_hand_over(self, function: AnyFunction, *brought: str) -> None:
        if function.role is None:
            raise ValueError(
                "function must be imported with its role, which is allowed to resume executions, "
                f"got {function.node.path} without (at {path_of(self)})"
            )
        tell(function, VARIABLE, self.table.table_name, at=path_of(self))
        self.table.grant_attributes(function, "dynamodb:GetItem", attributes=[*KNOWN, MESSAGE])
        self.table.grant_attributes(
            function,
            "dynamodb:UpdateItem",
            "dynamodb:DeleteItem",
            attributes=[*KNOWN, *brought, "expiresAt"],
        )
        if function not in self._functions:
            self._functions.append(function)
            self._resume.attach_to_role(function.role)

    def _missing(self) -> list[str]:
        if self._functions and not self._machines:
            return [
                f"{path_of(self)} must know whose executions are resumed: say "
                "callbacks.let_resume(workflow.state_machine) once the state machine is made"
            ]
        return []


@jsii.implements(IValidation)
class _WhenAllIsSaid:
    def __init__(self, validate: Callable[[], list[str]]) -> None:
        self._validate = validate

    def validate(self) -> list[str]:
        return self._validate()
