"""A trigger of the user pool as a Lambda function: the event comes in and goes back, completed."""

import time
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from blockwork.runtime.collaborators import all_built_once
from blockwork.runtime.observability import logger

TriggerEvent = dict[str, Any]


def trigger_handler(
    react: Callable[..., None], **collaborators: Callable[[], object]
) -> Callable[[TriggerEvent, LambdaContext], TriggerEvent]:
    """Return the Lambda handler of a trigger.

    An error ends what the user wanted: Cognito shows its text to them, and Lambda logs it. So no
    error may hold anything of the event, which is about a person; neither does the log line.

    :param react: called with the event, to whose `response` it may add, and the collaborators.
    :param collaborators: what builds each of them, as for `blockwork.runtime.http.http_handler`.
    """
    built = all_built_once(collaborators)

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: TriggerEvent, context: LambdaContext) -> TriggerEvent:
        started = time.perf_counter()
        logger.set_correlation_id(context.aws_request_id)
        outcome = "refused"
        try:
            react(event, **built())
            outcome = "done"
        finally:
            logger.info(
                "trigger",
                source=event["triggerSource"],
                outcome=outcome,
                duration_ms=round((time.perf_counter() - started) * 1000, 1),
            )
        return event

    return handler


def attribute(event: TriggerEvent, name: str) -> str:
    """Return an attribute of the user whom the event is about; empty if there is none."""
    return str(event["request"]["userAttributes"].get(name, ""))
