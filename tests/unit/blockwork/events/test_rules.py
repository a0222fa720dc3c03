import pytest

from blockwork.deployed import StageError
from blockwork.events.replay import Rule, check_targets, new_name

FUNCTION = "arn:aws:lambda:eu-west-2:111111111111:function:f"


def rule(target: str) -> Rule:
    return Rule(name="OnPaid", arn="arn", pattern="{}", targets=(target,))


def test_functions_can_be_given_events_from_here() -> None:
    check_targets([rule(FUNCTION)])


@pytest.mark.parametrize(
    "target",
    ["arn:aws:sqs:eu-west-2:111111111111:q", f"{FUNCTION} (with a transformed input)"],
)
def test_other_targets_are_refused_by_name(target: str) -> None:
    with pytest.raises(StageError, match="--to-rule"):
        check_targets([rule(target)])


def test_replays_have_names_of_their_own() -> None:
    assert new_name() != new_name()
    assert len(new_name()) <= 64
