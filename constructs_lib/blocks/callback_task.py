"""A step of a workflow that waits for the world."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from constructs_lib.asked_once import path_of
from constructs_lib.blocks.function_task import retry_what_is_transient
from constructs_lib.interfaces import AnyFunction, as_function
from constructs_lib.primitives.l2_options import refuse_time_outside

LONGEST = 99_999_999
"""Seconds of a task and its signs of life (Amazon States Language, "Task state")."""
TOKEN = "{% $states.context.Task.Token %}"


class CallbackTask(tasks.LambdaInvoke):
    """A task that hands its token to a function, and waits until somebody brings it back.

    The function puts the token where the answer will find it, with a :class:`Callbacks` table by
    `CallbackTable.wait`. The message that comes is the task's result. Nothing is paid meanwhile::

        wait = CallbackTask(
            self, "WaitForPayment", function=link, heartbeat=None, timeout=Duration.days(3),
            payload={"key": "{% $states.input.orderId %}", "received": "{% $received %}"},
            assign={"received": "{% $states.result.id %}"},
        )
        wait.add_catch(ask_the_provider, errors=["States.Timeout"])

    :param function: what the token is handed to; it is tried again, with a new token, when Lambda
        could not run it.
    :param payload: what it is called with, and `token`; texts in `{% … %}` are JSONata.
    :param timeout: how long is waited in all; the task fails then with `States.Timeout`. 1 second
        to 99,999,999.
    :param heartbeat: how long nobody may give a sign of life (`CallbackTable.beat`); shorter than
        the timeout. None where nobody gives any.
    :param outputs: what the next state gets. Default: the message.
    :param assign: variables of the workflow that are set then. Default: none.
    :param comment: for who reads the definition. Default: none.
    :raises ValueError: if a time is out of its bounds, or `payload` says `token`.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        function: AnyFunction,
        payload: Mapping[str, Any],
        timeout: Duration,
        heartbeat: Duration | None,
        outputs: Any = None,  # noqa: ANN401 -- JSON
        assign: Mapping[str, Any] | None = None,
        comment: str | None = None,
    ) -> None:
        at = f"{path_of(scope)}/{id_}"
        refuse_time_outside("timeout", timeout, 1, LONGEST, at)
        if heartbeat is not None:
            refuse_time_outside("heartbeat", heartbeat, 1, LONGEST, at)
            if heartbeat.to_seconds() >= timeout.to_seconds():
                raise ValueError(
                    f"heartbeat must be shorter than timeout, {timeout.to_human_string()}, got "
                    f"{heartbeat.to_human_string()}: None where nobody gives signs of life (at "
                    f"{at})"
                )
        if "token" in payload:
            raise ValueError(
                f"payload must not say token, which is the task's own, got {payload['token']!r}: "
                f"leave it out (at {at})"
            )
        super().__init__(
            scope,
            id_,
            lambda_function=as_function(function),
            query_language=sfn.QueryLanguage.JSONATA,
            integration_pattern=sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
            payload=sfn.TaskInput.from_object({**payload, "token": TOKEN}),
            outputs=outputs,
            assign=assign,
            task_timeout=sfn.Timeout.duration(timeout),
            heartbeat_timeout=sfn.Timeout.duration(heartbeat) if heartbeat else None,
            retry_on_service_exceptions=False,
            comment=comment,
        )
        retry_what_is_transient(self)
