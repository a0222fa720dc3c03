"""Asynchronous invocations wait in a queue that nothing is lost from.

AWS queues what EventBridge, Scheduler, S3 or `Invoke` with the type `Event` hand over, tries it
again MaximumRetryAttempts (2) times within MaximumEventAgeInSeconds, does not count throttles, and
leaves a record of what failed at the on-failure destination
(https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html). Stock starts a thread an
event, without limit, which dies with the gateway; it neither repeats nor reports what came from
EventBridge, and writes a constant into the record. Closed by a queue of our own,
kept with Lambda's state, that ASYNC_CONCURRENCY (8) threads work off. The first retry comes after
LAMBDA_ASYNC_RETRY_BASE_SECONDS (1), on AWS after a minute; where the handler's process died, no
sooner than the time it may take after that: what it holds locked for so long is free on AWS, too.
"""

import heapq
import json
import logging
import os
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from ministack.core.responses import request_scope
from ministack.services import eventbridge, lambda_svc

from blockwork.local.emulator.gaps import _destinations, _life
from blockwork.local.emulator.gaps._hooks import keep_with

RETRIES = 2
MOST_SECONDS = 6 * 3600
FIRST_DELAY = float(os.environ.get("LAMBDA_ASYNC_RETRY_BASE_SECONDS", "1"))
LONGEST_DELAY = 30.0
THROTTLED_DELAY = 0.5

logger = logging.getLogger("async_invocations")


@dataclass(order=True, kw_only=True)
class Invocation:
    """An event on its way to a function; the earliest due comes first.

    :param due: when it is to be tried, seconds since the epoch, as `accepted`.
    :param function: the function's ARN, with a qualifier if it was invoked with one.
    :param attempts: how often the handler has run and failed.
    :param depth: how many invocations led to this one; AWS ends loops.
    :param timeout: seconds that its handler may take, once it runs.
    """

    due: float
    accepted: float
    id: str
    function: str = field(compare=False)
    event: Any = field(compare=False)
    attempts: int = field(compare=False, default=0)
    depth: int = field(compare=False, default=0)
    timeout: float = field(compare=False, default=0)


class Invocations:
    """The queue."""

    def __init__(self) -> None:
        self._waiting: list[Invocation] = []
        self._running: dict[str, Invocation] = {}
        self._changed = threading.Condition()

    def accept(self, function: str, event: Any) -> None:
        """Take an event; whoever brought it need not wait."""
        now = time.time()
        self._put(
            Invocation(
                due=now,
                accepted=now,
                id=str(uuid4()),
                function=function,
                event=event,
                depth=lambda_svc._invoke_depth.get(),
            )
        )

    def state(self) -> list[dict[str, Any]]:
        """Return all that has not come to its end.

        A handler that is killed with the emulator may leave a mark that it is at work: what runs is
        not due again before that has gone. It began at any time before now.
        """
        with self._changed:
            now = time.time()
            running = [asdict(one) | {"due": now + one.timeout} for one in self._running.values()]
            return [*(asdict(one) for one in self._waiting), *running]

    def restore(self, kept: Iterable[dict[str, Any]]) -> None:
        """Take back what `state` returned."""
        for one in kept:
            self._put(Invocation(**one))

    def work(self) -> None:
        """Invoke what is due, for ever."""
        while True:
            invocation = self._next()
            try:
                again = attempt(invocation)
            except Exception:
                logger.exception("invocation of %s", invocation.function)
                again = invocation
                again.due = time.time() + LONGEST_DELAY
            with self._changed:
                del self._running[invocation.id]
                if again:
                    heapq.heappush(self._waiting, again)

    def _put(self, invocation: Invocation) -> None:
        with self._changed:
            heapq.heappush(self._waiting, invocation)
            self._changed.notify()

    def _next(self) -> Invocation:
        with self._changed:
            while (seconds := self._seconds_to_next()) > 0:
                self._changed.wait(min(seconds, 1.0))
            invocation = heapq.heappop(self._waiting)
            self._running[invocation.id] = invocation
            return invocation

    def _seconds_to_next(self) -> float:
        if not self._waiting or not _life.is_working():
            return 1.0
        return self._waiting[0].due - time.time()


invocations = Invocations()
"""All that has been accepted and has not come to its end."""


def close() -> None:
    """Divert asynchronous invocations into the queue."""

    def invoke(function: dict[str, Any], event: Any) -> None:
        invocations.accept((function.get("config") or function)["FunctionArn"], event)

    def invoke_target(arn: str, payload: str) -> None:
        invocations.accept(arn, json.loads(payload))

    lambda_svc.invoke_async_with_retry = invoke
    eventbridge._dispatch_to_lambda = invoke_target
    keep_with(lambda_svc, "async_invocations", invocations.state, invocations.restore)
    for number in range(int(os.environ.get("ASYNC_CONCURRENCY", "8"))):
        name = f"async-invocations-{number}"
        threading.Thread(target=invocations.work, daemon=True, name=name).start()


def attempt(invocation: Invocation) -> Invocation | None:
    """Invoke once, and return what is to be tried again, if anything is."""
    _, _, _, region, account, _, name, *rest = invocation.function.split(":")
    qualifier = rest[0] if rest else None
    with request_scope(account, region):
        function, config = lambda_svc._get_func_record_for_qualifier(name, qualifier)
        if function is None or config is None:
            logger.error("%s does not exist any more: event dropped", invocation.function)
            return None
        settings = _settings(name, qualifier)
        left = invocation.accepted + settings.get("MaximumEventAgeInSeconds", MOST_SECONDS)
        version = config.get("Version", "$LATEST")
        if time.time() > left:
            _report(invocation, settings, version, "EventAgeExceeded", None)
            return None
        invocation.timeout = float(config.get("Timeout") or 3)
        result = _execute(invocation, {**function, "config": config})
        if not result.get("error"):
            return None
        if _life.stopping.is_set():
            return invocation  # it was cut off: that is no attempt
        if result.get("throttle"):
            invocation.due = time.time() + THROTTLED_DELAY
            return invocation
        invocation.attempts += 1
        invocation.due = time.time() + min(
            FIRST_DELAY * 2.0 ** (invocation.attempts - 1), LONGEST_DELAY
        )
        if _died(result):
            invocation.due = max(invocation.due, time.time() + invocation.timeout)
        if invocation.attempts > settings.get("MaximumRetryAttempts", RETRIES):
            _report(invocation, settings, version, "RetriesExhausted", result)
        elif invocation.due > left:
            _report(invocation, settings, version, "EventAgeExceeded", result)
        else:
            return invocation
    return None


def _died(result: dict[str, Any]) -> bool:
    """Whether the process ended, and not the handler by an exception: that has a stack."""
    body = result.get("body")
    return not (isinstance(body, dict) and "stackTrace" in body)


def _settings(name: str, qualifier: str | None) -> dict[str, Any]:
    function = lambda_svc._functions[name]
    found = lambda_svc._event_invoke_config(function, qualifier)
    if not found and qualifier in (None, "$LATEST"):  # two names of one thing
        other = None if qualifier else "$LATEST"
        found = lambda_svc._event_invoke_config(function, other)
    numbers = {"MaximumEventAgeInSeconds", "MaximumRetryAttempts"}
    return {key: int(value) if key in numbers else value for key, value in (found or {}).items()}


def _execute(invocation: Invocation, record: dict[str, Any]) -> dict[str, Any]:
    record["config"] = {**record["config"], "FunctionArn": invocation.function}
    lambda_svc._invoke_depth.set(invocation.depth)
    result: dict[str, Any] = lambda_svc._execute_function(record, invocation.event)
    return result


def _report(
    invocation: Invocation,
    settings: dict[str, Any],
    version: str,
    condition: str,
    result: dict[str, Any] | None,
) -> None:
    """Leave the record at the on-failure destination, if there is one."""
    destination = ((settings.get("DestinationConfig") or {}).get("OnFailure") or {}).get(
        "Destination"
    )
    if not destination:
        logger.warning("%s failed for good: %s", invocation.function, condition)
        return
    qualified = invocation.function.count(":") > 6
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": invocation.id,
            "functionArn": invocation.function + ("" if qualified else ":$LATEST"),
            "condition": condition,
            "approximateInvokeCount": invocation.attempts,
        },
        "requestPayload": invocation.event,
    }
    if result is not None:
        error = {"statusCode": 200, "executedVersion": version, "functionError": "Unhandled"}
        record |= {"responseContext": error, "responsePayload": result.get("body")}
    _destinations.send(destination, json.dumps(record))
