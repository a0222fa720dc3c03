"""What a task that invokes a function gets when it is throttled, or does not want to wait.

AWS fails a task whose function is throttled with Lambda.TooManyRequestsException, and does not wait
for one that it invokes with the type `Event`
(https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html). Stock knows no such
error, so that no Retry has it, and waits for every function. Closed in front of the call.

Stock also runs as many functions at once as there are executions, each a process. Here
TASK_CONCURRENCY (8) run at a moment for tasks, the rest wait: for a minute at most, in case that
those which run wait for them.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from typing import Any

from ministack.services import lambda_svc, stepfunctions

from blockwork.local.emulator.gaps import _life
from blockwork.local.emulator.gaps._execution import Error, current

INVOKE = "arn:aws:states:::lambda:invoke"
THROTTLED = "TooManyRequestsException"
LONGEST_TURN_SECONDS = 60.0


def close() -> None:
    """Name what throttles, and hand over what nobody waits for."""
    stock_call, stock_invoke = stepfunctions._call_lambda, stepfunctions._invoke_resource
    turns = threading.Semaphore(int(os.environ.get("TASK_CONCURRENCY", "8")))

    def call(function: Any, event: Any) -> Any:
        try:
            with _turn(turns):
                return stock_call(function, event)
        except Error as error:
            if error.error == "Lambda.Unknown" and THROTTLED in error.cause:
                raise Error(f"Lambda.{THROTTLED}", error.cause) from None
            raise

    def invoke(resource: str, asked: Any) -> Any:
        if resource != INVOKE or asked.get("InvocationType") != "Event":
            return stock_invoke(resource, asked)
        reference = stepfunctions._resolve_lambda_function_ref(asked["FunctionName"], True)
        function, config, name = lambda_svc._get_func_record_for_ref(reference)
        if function is None or config is None:
            raise Error("Lambda.ResourceNotFoundException", f"Function not found: {name}")
        record = lambda_svc._execution_record_for_config(function, config)
        lambda_svc.invoke_async_with_retry(record, asked.get("Payload"))
        return {"StatusCode": 202}

    stepfunctions._call_lambda = call
    stepfunctions._invoke_resource = invoke


@contextlib.contextmanager
def _turn(turns: threading.Semaphore) -> Iterator[None]:
    """Wait until it is the task's turn."""
    is_held = turns.acquire(timeout=LONGEST_TURN_SECONDS)
    try:
        at_work = current.get()
        if _life.stopping.is_set() or (at_work is not None and at_work[1].is_over()):
            raise Error("States.TaskFailed", "Nobody waits for it any more.")
        yield
    finally:
        if is_held:
            turns.release()
