from datetime import UTC, datetime

import pytest

from blockwork.runtime.observability import current_correlation_id
from blockwork.runtime.scheduling import scheduled_handler
from tests.unit.conftest import LogLines
from tests.unit.lambda_src.events import CONTEXT

EVENT = {
    "version": "0",
    "id": "run-1",
    "detail-type": "Scheduled Event",
    "source": "aws.scheduler",
    "time": "2026-07-10T01:00:00Z",
    "detail": "{}",
}


def test_work_gets_the_time_of_the_run_and_its_collaborators(log_lines: LogLines) -> None:
    runs: list[tuple[datetime, str]] = []

    def work(run_at: datetime, *, seen: list[tuple[datetime, str]]) -> None:
        seen.append((run_at, current_correlation_id()))

    scheduled_handler(work, seen=lambda: runs)(EVENT, CONTEXT)

    assert runs == [(datetime(2026, 7, 10, 1, tzinfo=UTC), "run-1")]
    assert [line["message"] for line in log_lines()] == ["run"]


def test_a_run_by_hand_is_one_of_now() -> None:
    runs: list[datetime] = []
    before = datetime.now(UTC)

    scheduled_handler(runs.append)({}, CONTEXT)

    assert before <= runs[0] <= datetime.now(UTC)


def test_a_failure_is_logged_and_raised_so_that_lambda_tries_again(log_lines: LogLines) -> None:
    def work(run_at: datetime) -> None:
        raise RuntimeError("no weather")

    with pytest.raises(RuntimeError, match="no weather"):
        scheduled_handler(work)(EVENT, CONTEXT)

    assert [(line["message"], line["correlation_id"]) for line in log_lines()] == [
        ("the run failed", "run-1")
    ]
