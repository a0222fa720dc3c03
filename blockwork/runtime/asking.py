"""Functions that others invoke and wait for: a question comes in, its answer goes back."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext

from blockwork.runtime.collaborators import all_built_once
from blockwork.runtime.observability import CORRELATION_HEADER, correlation_id, logger

Question = TypeVar("Question")


class InvalidQuestionError(ValueError):
    """A question that does not fit; the message says where, and nothing of what it holds."""


def asked_handler(
    question: type[Question], answer: Callable[..., object], **collaborators: Callable[[], object]
) -> Callable[[Any, LambdaContext], Any]:
    """Return the Lambda handler of a function that other functions ask (`RequestResponse`).

    ::

        handler = asked_handler(ListOrders, list_orders, orders=OrderTable.from_environment)

    Who asks may put a `correlationId` beside the question, which all log lines have then. Neither
    question nor answer is logged. What is raised is a `FunctionError` for who asks, and retried by
    them or by nobody.

    :param question: the type that msgspec makes of the payload.
    :param answer: called with the question and the collaborators by name; returns what msgspec
        makes JSON of.
    :param collaborators: what builds each of them, as for `blockwork.runtime.http.http_handler`.
    """
    built = all_built_once(collaborators)

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: Any, context: LambdaContext) -> Any:  # noqa: ANN401 -- JSON holds anything
        started = time.perf_counter()
        given = str(event.get("correlationId", "")) if isinstance(event, dict) else ""
        headers = {CORRELATION_HEADER: given}
        logger.set_correlation_id(correlation_id(headers, fallback=context.aws_request_id))
        try:
            asked = msgspec.convert(event, type=question)
        except msgspec.ValidationError as error:
            raise InvalidQuestionError(f"the question does not fit: {error}") from None
        answered = msgspec.to_builtins(answer(asked, **built()))
        logger.info("asked", duration_ms=round((time.perf_counter() - started) * 1000, 1))
        return answered

    return handler
