"""One step of the workflow as a Lambda function: ids and numbers in, ids and numbers out."""

import time
from collections.abc import Callable
from typing import Any

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext

from blockwork.runtime.collaborators import all_built_once
from blockwork.runtime.observability import logger

Payload = dict[str, Any]


class Step(msgspec.Struct, frozen=True, rename="camel"):
    """What every step is told. An address is never part of it: executions keep a history."""

    campaign_id: str
    correlation_id: str


def step_handler(
    shape: type[Step], work: Callable[..., object], **collaborators: Callable[[], object]
) -> Callable[[Payload, LambdaContext], object]:
    """Return the Lambda handler of a step. What it raises is for the state machine to catch.

    :param shape: what is read of the payload.
    :param work: called with the `shape` and the collaborators by name; returns what the step says.
    """
    built = all_built_once(collaborators)

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: Payload, context: LambdaContext) -> object:
        started = time.perf_counter()
        step = msgspec.convert(event, shape)
        logger.set_correlation_id(step.correlation_id)
        logger.append_keys(campaign=step.campaign_id)
        try:
            answer = work(step, **built())
        except Exception:
            logger.exception("the step was not done")
            raise
        logger.info("step", duration_ms=round((time.perf_counter() - started) * 1000, 1))
        return answer

    return handler
