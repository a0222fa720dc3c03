"""An alarm goes off, and somebody is told."""

import json
import uuid
from typing import Any

import httpx

from tests.e2e.conftest import aws, run_tool
from tests.e2e.test_failures import publish, signed_up
from tests.waiting import eventually

OPERATIONS = "operations@blockwork.example"


def told(outside: httpx.Client, alarm: str) -> list[dict[str, Any]]:
    """Return what people were told of an alarm, the oldest first."""
    mails = [mail for mail in outside.get("/mails").json() if mail["to"] == [OPERATIONS]]
    news = [json.loads(mail["text"]) for mail in mails]
    return [one for one in news if one["AlarmName"].startswith(alarm)]


def test_an_event_that_fails_for_good_is_a_mail_to_who_operates_the_stage(
    platform: dict[str, Any], outside: httpx.Client
) -> None:
    alarm = "Local-Notifications-FailuresAlarm"
    before = len(told(outside, alarm))
    event = signed_up("user-9", "x@example.org", event_id=uuid.uuid4().hex, version=99)

    publish(platform, event)

    assert eventually(
        lambda: "ALARM" in {one["NewStateValue"] for one in told(outside, alarm)[before:]}
    )
    dropped = run_tool(platform, "failures", "show", "notifications").stdout.split()[1]
    reason = ("--id", dropped, "--reason", "made up by a test")
    assert run_tool(platform, "failures", "drop", "notifications", *reason).returncode == 0


def test_every_alarm_of_the_stage_reaches_who_operates_it(
    platform: dict[str, Any], outside: httpx.Client
) -> None:
    cloudwatch = aws(platform, "cloudwatch")
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
    names = [alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]]

    for name in names:
        for state in ("OK", "ALARM"):  # people are told of a change only
            cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a drill")

    def silent() -> set[str]:
        return {
            name
            for name in names
            if "a drill" not in {one["NewStateReason"] for one in told(outside, name)}
        }

    assert names
    assert eventually(lambda: not silent()), silent()
