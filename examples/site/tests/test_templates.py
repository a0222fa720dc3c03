"""What is deployed is what was reviewed, and keeps the rules of every template."""

from blockwork.testing import EnvironmentContract, Judged, PinnedIds, StackSnapshot


def test_the_template_is_the_reviewed_one(stack_snapshot: StackSnapshot) -> None:
    stack_snapshot.check()


def test_every_template_keeps_the_rule(template_rule: Judged) -> None:
    template_rule.check()


def test_what_holds_data_keeps_its_identity(pinned_ids: PinnedIds) -> None:
    pinned_ids.check()


def test_handlers_are_given_what_they_read(environment_contract: EnvironmentContract) -> None:
    environment_contract.check()


def test_cloudformation_will_take_the_template(cfn_lint: Judged) -> None:
    cfn_lint.check()


def test_nobody_may_call_more_than_this(public_routes: dict[str, list[str]]) -> None:
    assert public_routes == {"Museum": ["POST /subscriptions"]}
