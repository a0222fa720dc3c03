"""Tests of a deployed stage, with users of their own, that leave nothing behind.

A team's tests know an address and somebody who may sign in; whether the stage runs on this machine
or in an AWS account they need not know::

    from blockwork.verification import StageUnderTest, stage_under_test

    @pytest.fixture(scope="session")
    def stage(pytestconfig: pytest.Config) -> StageUnderTest:
        return stage_under_test(pytestconfig)

    def test_who_is_signed_in_sees_orders(stage: StageUnderTest) -> None:
        customer = stage.users.make("customers")

:func:`verify` runs them against one stage.
"""

from blockwork.verification.stage import StageUnderTest, stage_under_test, verify
from blockwork.verification.user_items import StillWrittenError, UserItems
from blockwork.verification.users import TemporaryUser, TemporaryUsers

__all__ = [
    "StageUnderTest",
    "StillWrittenError",
    "TemporaryUser",
    "TemporaryUsers",
    "UserItems",
    "stage_under_test",
    "verify",
]
