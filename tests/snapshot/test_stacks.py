"""One reviewed template per stack and stage, and the ids that hold data."""

from typing import Any

from blockwork.testing import PinnedIds, StackSnapshot
from blockwork.testing.synthesis import Template


def test_the_template_is_the_reviewed_one(stack_snapshot: StackSnapshot) -> None:
    stack_snapshot.check()


def test_what_holds_data_keeps_its_identity(pinned_ids: PinnedIds) -> None:
    pinned_ids.check()


def test_staging_and_production_hold_the_same(pinned_ids: PinnedIds) -> None:
    stages: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for stack, ids in pinned_ids.pinned.items():
        stage, name = stack.split("-", 1)
        stages.setdefault(stage, []).append((name, ids))

    assert {*stages} == {"Staging", "Prod"}
    assert stages["Staging"] == stages["Prod"]


def test_the_user_pool_keeps_the_attributes_that_can_never_be_changed(
    templates: dict[str, Template],
) -> None:
    """Cognito cannot change these on a living pool; CloudFormation would replace it."""
    (pool,) = resources(templates["Prod-Identity"], "AWS::Cognito::UserPool")

    assert pool["Properties"]["UsernameAttributes"] == ["email"]
    assert pool["Properties"]["UsernameConfiguration"] == {"CaseSensitive": False}
    assert pool["Properties"]["Schema"] == [{"Mutable": True, "Name": "email", "Required": True}]


def resources(template: Template, kind: str) -> list[dict[str, Any]]:
    return [item for item in template["Resources"].values() if item["Type"] == kind]
