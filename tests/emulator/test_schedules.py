"""When a schedule runs, and what its target is told of the run."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from blockwork.local.launch import Emulator
from blockwork.local.toolchain import Toolchain
from tests.emulator.support import Aws, eventually, received
from tests.emulator.test_saved_state import save
from tests.emulator.test_state import start
from tests.waiting import run

ROOT = Path(__file__).parents[2]
ATTRIBUTES = ("schedule-arn", "scheduled-time", "execution-id", "attempt-number")
TOLD = json.dumps({name: f"<aws.scheduler.{name}>" for name in ATTRIBUTES})
LONG_AGO = "at(2020-06-01T02:00:00)"
# Says when schedules run next: each is [how it is, made or found since when, how many runs].
NEXT = """
import json, sys
from datetime import UTC, datetime
from blockwork.local.emulator.gaps.schedule_runs import first_run, next_run

def seconds(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()

for schedule, made, started, number in json.load(sys.stdin):
    schedule = {**schedule, "LastModificationDate": seconds(made)}
    found = [first_run(schedule, seconds(started))]
    while found[-1] is not None and len(found) < number:
        found.append(next_run(schedule, found[-1]))
    print(json.dumps([at and datetime.fromtimestamp(at, UTC).isoformat()[:19] for at in found]))
"""


def runs_of(
    expression: str, *, made: str, started: str = "2020-01-01", number: int = 3, **settings: Any
) -> list[str | None]:
    """Return the first runs of a schedule, in UTC."""
    case = [{"ScheduleExpression": expression, **settings}, made, started, number]
    done = run(
        Toolchain().emulator_environment(),
        "-c",
        f"import io, sys; sys.stdin = io.StringIO({json.dumps([case])!r})\n{NEXT}",
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    found: list[str | None] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("expression", "zone", "made", "expected"),
    [
        pytest.param(
            "cron(0 2 * * ? *)",
            "Europe/London",
            "2026-06-01T01:00:00",
            ["2026-06-02T01:00:00", "2026-06-03T01:00:00"],
            id="in summer an hour earlier",
        ),
        pytest.param(
            "cron(0 20 ? * MON *)",
            "America/New_York",
            "2026-01-05T12:00:00",
            ["2026-01-06T01:00:00", "2026-01-13T01:00:00"],
            id="on another day in UTC",
        ),
        pytest.param(
            "cron(30 1 * * ? *)",
            "Europe/London",
            "2026-03-28T00:00:00",
            ["2026-03-28T01:30:00", "2026-03-30T00:30:00"],
            id="left out where there is no such time",
        ),
        pytest.param(
            "cron(0,30 1 * * ? *)",
            "Europe/London",
            "2026-10-25T00:10:00",
            ["2026-10-25T00:30:00", "2026-10-26T01:00:00"],
            id="once where the time comes twice",
        ),
        pytest.param(
            "cron(0,30 1 * * ? *)",
            "Europe/London",
            "2026-10-25T01:10:00",
            ["2026-10-26T01:00:00", "2026-10-26T01:30:00"],
            id="not at the second of both",
        ),
        pytest.param(
            "rate(1 day)",
            "Europe/London",
            "2026-03-28T12:00:00",
            ["2026-03-28T12:00:00", "2026-03-29T12:00:00"],
            id="a day has 24 hours",
        ),
        pytest.param(
            "at(2026-07-01T02:00:00)",
            "Europe/London",
            "2026-06-01T00:00:00",
            ["2026-07-01T01:00:00", None],
            id="one time",
        ),
        pytest.param(
            LONG_AGO, "UTC", "2026-06-01T00:00:00", ["2020-06-01T02:00:00", None], id="that is over"
        ),
    ],
)
def test_a_schedule_runs_by_the_clock_of_its_time_zone(
    expression: str, zone: str, made: str, expected: list[str | None]
) -> None:
    assert runs_of(expression, made=made, number=2, ScheduleExpressionTimezone=zone) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(0 2 * * ? *)", ["2026-06-05T02:00:00", "2026-06-06T02:00:00", None]),
        ("rate(12 hours)", ["2026-06-05T02:00:00", "2026-06-05T14:00:00", "2026-06-06T02:00:00"]),
    ],
)
def test_it_begins_and_ends_where_it_is_told_to(expression: str, expected: list[str]) -> None:
    begin, end = "2026-06-05T02:00:00Z", "2026-06-06T02:00:00Z"

    found = runs_of(expression, made="2026-06-01T00:00:00", StartDate=begin, EndDate=end)

    assert found == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(0 2 * * ? *)", ["2026-06-08T02:00:00"]),
        ("rate(1 day)", ["2026-06-08T12:00:00"]),
        ("at(2026-06-03T02:00:00)", [None]),
    ],
)
def test_what_fell_due_while_the_emulator_was_stopped_is_left_out(
    expression: str, expected: list[str | None]
) -> None:
    made, started = "2026-06-01T12:00:00", "2026-06-07T18:00:00"

    assert runs_of(expression, made=made, started=started, number=1) == expected


def queue(aws: Aws, name: str) -> str:
    return str(aws.client("sqs").create_queue(QueueName=name)["QueueUrl"])


def schedule(aws: Aws, name: str, queue_url: str, expression: str, **settings: Any) -> str:
    """Have what a run is told sent to a queue, and return the schedule's ARN."""
    attributes = aws.client("sqs").get_queue_attributes(
        QueueUrl=queue_url, AttributeNames=["QueueArn"]
    )["Attributes"]
    made = aws.client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression=expression,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": attributes["QueueArn"],
            "RoleArn": "arn:aws:iam::000000000000:role/scheduler",
            "Input": TOLD,
        },
        **settings,
    )
    return str(made["ScheduleArn"])


def test_a_run_is_told_its_schedule_its_time_its_id_and_its_attempt(aws: Aws) -> None:
    told = queue(aws, "told-of-run")
    arn = schedule(aws, "told", told, LONG_AGO, ScheduleExpressionTimezone="Europe/London")

    run = received(aws, told)["body"]

    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", run.pop("execution-id"))
    assert run == {
        "schedule-arn": arn,
        "scheduled-time": "2020-06-01T01:00:00Z",
        "attempt-number": "1",
    }
    assert aws.client("scheduler").get_schedule(Name="told")["State"] == "ENABLED"


def test_a_rate_begins_at_once_or_with_its_start(aws: Aws) -> None:
    at_once, later = queue(aws, "at-once"), queue(aws, "later")
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    schedule(aws, "later", later, "rate(1 day)", StartDate=tomorrow)
    before = datetime.now(UTC).replace(microsecond=0)
    schedule(aws, "at-once", at_once, "rate(1 day)")

    run = received(aws, at_once)["body"]

    assert datetime.fromisoformat(run["scheduled-time"]) >= before
    assert "Messages" not in aws.client("sqs").receive_message(QueueUrl=later)


def test_a_schedule_that_is_through_goes_if_it_is_to(aws: Aws) -> None:
    told = queue(aws, "told-and-gone")
    schedule(aws, "told-and-gone", told, LONG_AGO, ActionAfterCompletion="DELETE")
    scheduler = aws.client("scheduler")

    received(aws, told)

    def names() -> list[str]:
        return [each["Name"] for each in scheduler.list_schedules()["Schedules"]]

    eventually(lambda: "told-and-gone" not in names())


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path, settings={"STATE_SAVE_SECONDS": "0.05"})
    yield emulator
    emulator.stop()


def test_what_has_run_does_not_run_again_at_the_next_start(mortal: Emulator) -> None:
    aws, _ = start(mortal)
    told, told_later = queue(aws, "told"), queue(aws, "told-later")
    schedule(aws, "daily", told, "rate(1 day)")
    schedule(aws, "once", told, LONG_AGO)
    for _ in range(2):
        received(aws, told)
    save(aws, mortal)

    mortal.stop()
    start(mortal)

    schedule(aws, "later", told_later, LONG_AGO)
    received(aws, told_later)  # so the others have been looked at, too
    assert "Messages" not in aws.client("sqs").receive_message(QueueUrl=told)
