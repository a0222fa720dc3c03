"""An alarm tells a topic only what the topic's policy lets it.

AWS publishes as cloudwatch.amazonaws.com, with the alarm as `aws:SourceArn` and its account as
`aws:SourceAccount`; where the topic's policy, or the policy of its key, does not allow that, nobody
is told, and the alarm's history says that the action failed
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html).
Stock tells every topic. Closed by leaving out the topics that do not allow it.
"""

import logging
import time
from typing import Any

from ministack.services import cloudwatch

from blockwork.local.emulator.gaps._permissions import may_send

Alarm = dict[str, Any]

SERVICE = "cloudwatch.amazonaws.com"
ACTIONS = {
    "ALARM": "AlarmActions",
    "OK": "OKActions",
    "INSUFFICIENT_DATA": "InsufficientDataActions",
}

logger = logging.getLogger("alarm_actions")


def close() -> None:
    """Look before an alarm acts."""
    stock = cloudwatch._dispatch_alarm_actions

    def dispatch(alarm: Alarm, old_state: str, new_state: str, reason: str) -> None:
        field = ACTIONS.get(new_state, "")
        allowed = [arn for arn in alarm.get(field) or [] if _may_act(alarm, arn)]
        stock({**alarm, field: allowed}, old_state, new_state, reason)

    cloudwatch._dispatch_alarm_actions = dispatch


def _may_act(alarm: Alarm, action: str) -> bool:
    if ":sns:" not in action or may_send(action, SERVICE, alarm["AlarmArn"]):
        return True
    failed = (
        f"Failed to execute action {action}. Received error: Resource: {alarm['AlarmArn']} is not"
        f" authorized to perform: SNS:Publish on resource: {action}, or to use its key"
    )
    logger.warning(failed)
    cloudwatch._history_entries().append(
        {
            "AlarmName": alarm["AlarmName"],
            "AlarmType": "MetricAlarm" if alarm.get("MetricName") else "CompositeAlarm",
            "Timestamp": cloudwatch._ts_iso(time.time()),
            "HistoryItemType": "Action",
            "HistorySummary": failed,
            "HistoryData": "{}",
        }
    )
    return False
