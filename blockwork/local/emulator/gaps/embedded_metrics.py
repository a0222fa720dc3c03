"""Metrics that a function writes into its log.

CloudWatch reads metrics out of log lines in the embedded metric format, wherever they are written
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
Stock keeps them as lines only, so that no alarm on such a metric can fire. Closed for the logs of
functions: a line of that format is recorded as the metrics that it names.
"""

import json
from collections.abc import Iterator
from typing import Any

from ministack.services import lambda_svc

from blockwork.local.emulator.gaps._metrics import publish


def close() -> None:
    """Read the lines of every invocation."""
    stock = lambda_svc._emit_lambda_logs

    def read(function: Any, request_id: str, text: str, *rest: Any, **options: Any) -> None:
        stock(function, request_id, text, *rest, **options)
        for line in (text or "").splitlines():
            for namespace, dimensions, measured in _metrics_in(line):
                publish(namespace, dimensions, measured)

    lambda_svc._emit_lambda_logs = read


def _metrics_in(
    line: str,
) -> Iterator[tuple[str, dict[str, str], dict[str, tuple[float, str]]]]:
    """Yield namespace, dimensions and each value of a metric; nothing of any other line."""
    try:
        written = json.loads(line) if '"CloudWatchMetrics"' in line else {}
        for directive in written.get("_aws", {}).get("CloudWatchMetrics", []):
            for names in directive["Dimensions"]:
                dimensions = {name: str(written[name]) for name in names}
                for metric in directive["Metrics"]:
                    for value in _values(written[metric["Name"]]):
                        measured = {metric["Name"]: (float(value), metric.get("Unit", "None"))}
                        yield directive["Namespace"], dimensions, measured
    except (ValueError, KeyError, TypeError, AttributeError):
        return  # a line that is none: CloudWatch keeps it as it is


def _values(written: Any) -> list[float]:
    return written if isinstance(written, list) else [written]
