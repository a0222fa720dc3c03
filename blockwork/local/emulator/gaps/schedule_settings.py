"""A schedule has all the settings of its template.

AWS Scheduler takes ScheduleExpressionTimezone, StartDate, EndDate and ActionAfterCompletion from a
template. Stock drops them there, though its API knows them. Closed by storing them; `schedule_runs`
heeds them.
"""

from ministack.services import scheduler

from blockwork.local.emulator.gaps._hooks import Properties, after_provisioning

DROPPED = {
    "ScheduleExpressionTimezone": "UTC",
    "StartDate": None,
    "EndDate": None,
    "ActionAfterCompletion": "NONE",
}


def close() -> None:
    """Store what was dropped."""
    after_provisioning("AWS::Scheduler::Schedule", _complete, on=("create", "update"))


def _complete(name: str, properties: Properties) -> None:
    schedule = scheduler._schedules[f"{properties.get('GroupName', 'default')}/{name}"]
    for setting, default in DROPPED.items():
        schedule[setting] = properties.get(setting, default)
