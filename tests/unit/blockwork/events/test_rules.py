import pytest

from blockwork.deployed import StageError
from blockwork.events.replay import Rule, check_targets, new_name, only_one

NAMES = ["Dev-Vouchers-OnPaid", "Dev-Vouchers-OnPaidAgain", "Dev-Forecast-OnStored"]
FUNCTION = "arn:aws:lambda:eu-west-2:111111111111:function:f"


def rule(target: str) -> Rule:
    return Rule(name="OnPaid", arn="arn", pattern="{}", targets=(target,))


@pytest.mark.parametrize("part", ["Forecast", "Dev-Forecast-OnStored"])
def test_a_rule_is_found_by_any_part_of_its_name(part: str) -> None:
    assert only_one(part, NAMES) == "Dev-Forecast-OnStored"


def test_a_whole_name_wins_over_a_longer_one() -> None:
    assert only_one("Dev-Vouchers-OnPaid", NAMES) == "Dev-Vouchers-OnPaid"


@pytest.mark.parametrize(("part", "said"), [("Vouchers", "in the names of"), ("x", "no rule's")])
def test_a_part_of_no_name_or_of_several_is_refused_with_the_names(part: str, said: str) -> None:
    with pytest.raises(StageError, match=rf"{said}.*OnStored"):
        only_one(part, NAMES)


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
