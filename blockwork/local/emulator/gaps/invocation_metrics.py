"""Metrics of every invocation.

AWS counts each invocation of a function, its errors and its duration, whoever invoked it
(https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html). Stock counts those
through the Invoke API only, so no alarm sees the errors of a function behind an HTTP API, a rule, a
stream or a queue. Closed where all of them come together.
"""

import time
from typing import Any

from ministack.services import lambda_svc

from blockwork.local.emulator.gaps._metrics import publish


def close() -> None:
    """Count in one place, and there only."""
    stock = lambda_svc._execute_function_dispatch

    def dispatch(function: Any, config: dict[str, Any], *rest: Any) -> dict[str, Any]:
        started = time.monotonic()
        result: dict[str, Any] = stock(function, config, *rest)
        milliseconds = (time.monotonic() - started) * 1000
        _count(
            config["FunctionName"],
            Invocations=(1.0, "Count"),
            Errors=(float(bool(result.get("error"))), "Count"),
            Duration=(milliseconds, "Milliseconds"),
        )
        return result

    def count_throttle(name: str, duration_ms: float, error: bool, throttle: bool) -> None:
        if throttle and not duration_ms:  # the Invoke API reports a throttle once more
            _count(name, Throttles=(1.0, "Count"))

    lambda_svc._execute_function_dispatch = dispatch
    lambda_svc._emit_lambda_metrics = count_throttle


def _count(function: str, **measured: tuple[float, str]) -> None:
    publish("AWS/Lambda", {"FunctionName": function}, measured)
