"""Alarms look at their own metric, and recover.

AWS compares each of an alarm's last EvaluationPeriods with the threshold, for the metric with
exactly its dimensions; TreatMissingData says what a period without data means
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html). Stock mixes
the values of every queue or function, ignores missing data, so that an alarm on errors stays on
for ever, and looks only when somebody puts metric data. Closed by an evaluation of our own,
every METRIC_SECONDS (10). Alarms on anomalies are left to stock.
"""

import operator
import os
import time
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import cloudwatch

from blockwork.local.emulator.gaps._hooks import repeat

Alarm = dict[str, Any]

COMPARISONS = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def close() -> None:
    """Evaluate every alarm in our own way."""
    stock = cloudwatch._evaluate_alarm

    def evaluate(alarm: Alarm) -> None:
        if not alarm.get("MetricName") or alarm["ComparisonOperator"] not in COMPARISONS:
            stock(alarm)
            return
        state, reason = _state_of(alarm)
        _move_to(alarm, state, reason)

    def evaluate_all() -> None:
        for (account, region, _), alarm in cloudwatch._alarms.all_items():
            with request_scope(account, region):
                evaluate(alarm)

    cloudwatch._evaluate_alarm = evaluate
    repeat(evaluate_all, every=float(os.environ.get("METRIC_SECONDS", "10")))


def _state_of(alarm: Alarm) -> tuple[str, str]:
    threshold, compare = alarm["Threshold"], COMPARISONS[alarm["ComparisonOperator"]]
    periods = int(alarm.get("EvaluationPeriods") or 1)
    needed = int(alarm.get("DatapointsToAlarm") or periods)
    missing = alarm.get("TreatMissingData") or "missing"
    values = _values(alarm, periods)
    breaching = sum(
        missing == "breaching" if value is None else bool(compare(value, threshold))
        for value in values
    )
    if all(value is None for value in values):
        if missing == "ignore":
            return alarm["StateValue"], ""
        if missing == "missing":
            return "INSUFFICIENT_DATA", "Insufficient Data: no datapoints were received"
    outcome = "ALARM" if breaching >= needed else "OK"
    seen = [value for value in values if value is not None]
    return outcome, (
        f"Threshold Crossed: {breaching} of the last {periods} datapoints {seen} compared by"
        f" {alarm['ComparisonOperator']} with {threshold}"
    )


def _values(alarm: Alarm, periods: int) -> list[float | None]:
    """Give the statistic of each period, the latest first; None where nothing was measured."""
    length, now = int(alarm.get("Period") or 60), time.time()
    dimensions = cloudwatch._dims_from_list(alarm.get("Dimensions") or [])
    key = (alarm["Namespace"], alarm["MetricName"], cloudwatch._dims_key(dimensions))
    points = list(cloudwatch._metrics.get(key) or [])
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    values: list[float | None] = []
    for period in range(periods):
        end = now - period * length
        within = [point for point in points if end - length < point["Timestamp"] <= end]
        stats = cloudwatch._calc_stats(within) if within else None
        values.append(cloudwatch._stat_value(stats, statistic, within) if stats else None)
    return values


def _move_to(alarm: Alarm, state: str, reason: str) -> None:
    before = alarm["StateValue"]
    if state == before:
        return
    alarm |= {"StateValue": state, "StateReason": reason, "StateUpdatedTimestamp": int(time.time())}
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)
