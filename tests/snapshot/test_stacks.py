"""One reviewed template per stack and stage."""

import re
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension
from syrupy.types import PropertyPath, SerializableData

from tests.snapshot.conftest import Template

ASSET_HASH = re.compile(r"[0-9a-f]{64}")
STATEFUL = {
    "AWS::Cognito::UserPool",
    "AWS::DynamoDB::GlobalTable",
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
    "AWS::Events::EventBus",
    "AWS::Events::Archive",
}


def mask(*, data: SerializableData, path: PropertyPath) -> SerializableData:
    """Asset hashes follow the runtime code, which has its own tests."""
    return ASSET_HASH.sub("<asset>", data) if isinstance(data, str) else data


def test_the_template_is_the_reviewed_one(
    stack_name: str, templates: dict[str, Template], snapshot: SnapshotAssertion
) -> None:
    assert templates[stack_name] == snapshot(matcher=mask, extension_class=JSONSnapshotExtension)


@pytest.mark.parametrize("stage", ["Staging", "Prod"])
def test_what_holds_data_keeps_its_identity(stage: str, templates: dict[str, Template]) -> None:
    """A changed id replaces the resource: an empty table, a pool without users."""
    found = {
        f"{stack}/{logical_id}": resource["Type"]
        for stack, template in templates.items()
        for logical_id, resource in template["Resources"].items()
        if stack.startswith(f"{stage}-") and resource["Type"] in STATEFUL
    }

    assert found == {
        f"{stage}-Catalog/Products229621C6": "AWS::DynamoDB::GlobalTable",
        f"{stage}-Forecast/FailuresQueueB0898B50": "AWS::SQS::Queue",
        f"{stage}-Forecast/Forecasts04F0B22A": "AWS::DynamoDB::GlobalTable",
        f"{stage}-Foundation/Bus95A03305": "AWS::Events::EventBus",
        f"{stage}-Foundation/BusArchiveDBBF46CD": "AWS::Events::Archive",
        f"{stage}-Foundation/Key961B73FD": "AWS::KMS::Key",
        f"{stage}-Identity/FailuresQueueB0898B50": "AWS::SQS::Queue",
        f"{stage}-Identity/Profiles4FC22479": "AWS::DynamoDB::GlobalTable",
        f"{stage}-Identity/UsersPoolBFC35D3B": "AWS::Cognito::UserPool",
        f"{stage}-Notifications/FailuresQueueB0898B50": "AWS::SQS::Queue",
        f"{stage}-Notifications/Once15654B9D": "AWS::DynamoDB::GlobalTable",
        f"{stage}-Notifications/PushChannel89FD51CC": "AWS::DynamoDB::GlobalTable",
        f"{stage}-Notifications/PushTickets4BC24E6D": "AWS::DynamoDB::GlobalTable",
        f"{stage}-Site/SiteBucket978D4AEB": "AWS::S3::Bucket",
        f"{stage}-Vouchers/Documents7E5B2978": "AWS::S3::Bucket",
        f"{stage}-Vouchers/FailuresQueueB0898B50": "AWS::SQS::Queue",
        f"{stage}-Vouchers/Once15654B9D": "AWS::DynamoDB::GlobalTable",
        f"{stage}-Vouchers/UnsettledA37D70E4": "AWS::SQS::Queue",
        f"{stage}-Vouchers/Vouchers32E0E720": "AWS::DynamoDB::GlobalTable",
    }


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
