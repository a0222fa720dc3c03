import pytest

from blockwork.local.account import is_stuck


@pytest.mark.parametrize(
    ("status", "stuck"),
    [
        ("CREATE_COMPLETE", False),
        ("UPDATE_ROLLBACK_COMPLETE", False),
        ("ROLLBACK_COMPLETE", False),  # the CDK deletes it and starts again
        ("CREATE_IN_PROGRESS", True),
        ("UPDATE_ROLLBACK_FAILED", True),
    ],
)
def test_a_stack_is_stuck_when_no_deployment_can_go_on(status: str, *, stuck: bool) -> None:
    assert is_stuck(status) is stuck
