"""Metrics that AWS's own services publish."""

import time
from collections.abc import Mapping

from ministack.services import cloudwatch

KEPT_SECONDS = 3 * 3600  # longer than any alarm here looks back; the memory is the machine's


def publish(
    namespace: str, dimensions: dict[str, str], measured: Mapping[str, tuple[float, str]]
) -> None:
    """Record values with their units, by metric name, and forget the oldest ones."""
    oldest = time.time() - KEPT_SECONDS
    for name, (value, unit) in measured.items():
        cloudwatch.record_metric(namespace, name, value, unit, dimensions)
        key = (namespace, name, cloudwatch._dims_key(dimensions))
        points = cloudwatch._metric_bucket(key)
        while points[0]["Timestamp"] < oldest:
            points.pop(0)
