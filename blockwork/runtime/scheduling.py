"""Functions that work at a time of day, as Lambda handlers."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from blockwork.runtime.collaborators import all_built_once
from blockwork.runtime.observability import logger


def scheduled_handler(
    work: Callable[..., None], **collaborators: Callable[[], object]
) -> Callable[[dict[str, Any], LambdaContext], None]:
    """Return the Lambda handler of a schedule of EventBridge Scheduler.

    ::

        handler = scheduled_handler(fetch_forecast, weather=WeatherApi.from_environment)

    :param work: called with the time of the run, in UTC, and the collaborators by name. The time
        stays the same when a run is tried again or redriven days later.
    :param collaborators: what builds each of them, as for `blockwork.runtime.http.http_handler`.
    """
    built = all_built_once(collaborators)

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: dict[str, Any], context: LambdaContext) -> None:
        started = time.perf_counter()
        logger.set_correlation_id(event.get("id") or context.aws_request_id)
        try:
            work(_time_of(event), **built())
        except Exception:
            logger.exception("the run failed")
            raise
        logger.info("run", duration_ms=round((time.perf_counter() - started) * 1000, 1))

    return handler


def _time_of(event: dict[str, Any]) -> datetime:
    """Return the event's time; who invokes a function by hand may leave it out."""
    if "time" in event:
        return datetime.fromisoformat(event["time"]).astimezone(UTC)
    return datetime.now(UTC)
