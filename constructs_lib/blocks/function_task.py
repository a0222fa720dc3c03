"""A step of a workflow that a function does."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from constructs_lib.interfaces import AnyFunction, as_function

TRANSIENT = [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
]
"""What Lambda answers for reasons of its own (AWS Step Functions, "Handle transient Lambda service
exceptions"). What the function raises is not among them."""
INPUT = "{% $states.input %}"
ANSWER = "{% $states.result.Payload %}"


class FunctionTask(tasks.LambdaInvoke):
    """A task that invokes a function with JSON, and goes on with what it returns.

    It is tried again when Lambda could not run it or was too busy, and then may have run: functions
    of a workflow have to bear being called twice. What the function raises is the workflow's to
    catch or to retry, by the error's class::

        charge = FunctionTask(self, "Charge", function=charge_card)
        charge.add_catch(refund, errors=["CardDeclinedError"])

    :param function: what does it, in any language; its answer holds 256 KB at most, as all that
        passes from state to state.
    :param payload: what it is called with; texts in `{% … %}` are JSONata. Default: the state's
        input.
    :param outputs: what the next state gets. Default: the function's answer.
    :param assign: variables of the workflow that are set then. Default: none.
    :param timeout: after which the task fails. Default: the function's own, at most 15 minutes.
    :param comment: for who reads the definition. Default: none.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        function: AnyFunction,
        payload: Mapping[str, Any] | None = None,
        outputs: Any = ANSWER,  # noqa: ANN401 -- JSON
        assign: Mapping[str, Any] | None = None,
        timeout: Duration | None = None,
        comment: str | None = None,
    ) -> None:
        super().__init__(
            scope,
            id_,
            lambda_function=as_function(function),
            query_language=sfn.QueryLanguage.JSONATA,
            payload=(
                sfn.TaskInput.from_text(INPUT)
                if payload is None
                else sfn.TaskInput.from_object(dict(payload))
            ),
            outputs=outputs,
            assign=assign,
            task_timeout=sfn.Timeout.duration(timeout) if timeout else None,
            retry_on_service_exceptions=False,
            comment=comment,
        )
        retry_what_is_transient(self)


def retry_what_is_transient(task: tasks.LambdaInvoke) -> None:
    """Invoke again, five times within about half a minute, what Lambda could not run."""
    task.add_retry(
        errors=TRANSIENT,
        interval=Duration.seconds(1),
        max_attempts=5,
        backoff_rate=2,
        jitter_strategy=sfn.JitterType.FULL,
    )
