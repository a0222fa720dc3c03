"""A schedule runs at its time, and its target is told which run it is.

AWS Scheduler puts the run's own values in the place of context attributes such as
`<aws.scheduler.scheduled-time>` in a target's Input
(https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html),
works out `cron` and `at` in the schedule's time zone, leaves out a time that daylight saving skips,
runs once at one that comes twice, and begins a rate without a StartDate at once
(https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html). Stock hands the
attributes over as they stand, reads every time as UTC, looks every ten seconds, and after a start
runs again what had run. Closed by a look of our own each second. A run comes at the beginning of
its flexible window. What falls due while the emulator is stopped is left out: nobody wants the
nights of a week at once.
"""

import logging
import math
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ministack.core.responses import new_uuid, request_scope
from ministack.services import eventbridge, scheduler

from blockwork.local.emulator.gaps import _life

Schedule = dict[str, Any]

LOOK_SECONDS = 1
AT = re.compile(r"at\((.+)\)")
TIMING = (
    "LastModificationDate",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "StartDate",
    "EndDate",
)

logger = logging.getLogger("schedule_runs")


@dataclass
class Plan:
    """When a schedule runs next, if ever, worked out from what it says of time."""

    timing: tuple[Any, ...]
    next: float | None


class Runs:
    """What has been planned since the emulator started."""

    def __init__(self) -> None:
        self._started = time.time()
        self._plans: dict[Any, Plan] = {}

    def look(self) -> None:
        """Run what is due."""
        if not _life.is_working():
            return
        schedules = dict(scheduler._schedules._data)
        self._plans = {key: plan for key, plan in self._plans.items() if key in schedules}
        for key, schedule in schedules.items():
            if schedule["State"] != "ENABLED":
                continue
            try:
                self._look_at(key, schedule)
            except Exception:  # the others run all the same
                logger.exception("schedule %s", schedule["Arn"])

    def _look_at(self, key: Any, schedule: Schedule) -> None:
        timing = tuple(schedule.get(name) for name in TIMING)
        plan = self._plans.get(key)
        if plan is None or plan.timing != timing:
            plan = self._plans[key] = Plan(timing, math.inf)  # what cannot be read is reported once
            plan.next = first_run(schedule, self._started)
        now = time.time()
        if plan.next is not None and plan.next <= now:
            with request_scope(*key[:2]):
                run(schedule, plan.next)
            plan.next = next_run(schedule, now)
        if plan.next is None and schedule.get("ActionAfterCompletion") == "DELETE":
            scheduler._schedules._data.pop(key, None)
            scheduler._tags._data.pop((key[0], schedule["Arn"]), None)


def first_run(schedule: Schedule, started: float) -> float | None:
    """Return when a schedule runs first that was made, or found at the start.

    One that is made when its only time is over runs at once.
    """
    made = schedule["LastModificationDate"]
    if made < started:
        return next_run(schedule, started)
    if AT.fullmatch(schedule["ScheduleExpression"]):
        return next_run(schedule, 0)
    return next_run(schedule, made, or_then=True)


def next_run(schedule: Schedule, after: float, *, or_then: bool = False) -> float | None:
    """Return the first time after `after` that a schedule runs at, if there is any.

    :param or_then: whether a rate may also run at `after` itself.
    """
    expression = schedule["ScheduleExpression"]
    zone = ZoneInfo(schedule.get("ScheduleExpressionTimezone") or "UTC")
    if at := AT.fullmatch(expression):
        moment = datetime.fromisoformat(at[1]).replace(tzinfo=zone).timestamp()
        return moment if moment > after else None
    start = scheduler._to_epoch(schedule.get("StartDate"))
    end = scheduler._to_epoch(schedule.get("EndDate"))
    if interval := eventbridge._parse_rate_seconds(expression):
        begin = start if start is not None else schedule["LastModificationDate"]
        passed = max(0, -int((begin - after) // interval))  # rounded up
        found = begin + passed * interval
        if found == after and not or_then:
            found += interval
    else:
        before_start = start - 1 if start is not None else 0
        found = _next_by_cron(expression, zone, max(after, before_start))
    return None if found is None or (end is not None and found > end) else found


def _next_by_cron(expression: str, zone: ZoneInfo, after: float) -> float | None:
    """Walk along the clock on the wall: of a time that comes twice, the first counts."""
    fields = eventbridge._parse_cron_fields(expression)
    if fields is None:
        raise ValueError(f"ScheduleExpression must be at(), rate() or cron(), got {expression!r}")
    wall = datetime.fromtimestamp(after, zone).replace(tzinfo=None)
    while found := eventbridge._cron_next_fire(fields, wall):
        wall = found.replace(tzinfo=None)
        moment: float = wall.replace(tzinfo=zone).timestamp()
        exists = datetime.fromtimestamp(moment, zone).replace(tzinfo=None) == wall
        if exists and moment > after:
            return moment
    return None


def run(schedule: Schedule, at: float) -> None:
    """Hand a run over to the target."""
    run_id = new_uuid()
    target = schedule["Target"]
    if "Input" in target:
        target = {**target, "Input": _filled_in(target["Input"], schedule["Arn"], run_id, at)}
    _, region, account = schedule["Arn"].split(":")[2:5]
    event = {
        "EventId": run_id,
        "Source": "aws.scheduler",
        "DetailType": "Scheduled Event",
        "Detail": "{}",
        "Time": at,
        "Resources": [schedule["Arn"]],
        "Account": account,
        "Region": region,
    }
    eventbridge._invoke_target(target, event, schedule)


def _filled_in(text: str, arn: str, run_id: str, at: float) -> str:
    attributes = {
        "schedule-arn": arn,
        "scheduled-time": datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "execution-id": run_id,
        "attempt-number": "1",  # a target takes it at once, or never
    }
    for name, value in attributes.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text


def close() -> None:
    """Look for what is due in our way."""
    scheduler._tick_schedules = Runs().look
    scheduler._SCHEDULE_TICK_INTERVAL = LOOK_SECONDS
