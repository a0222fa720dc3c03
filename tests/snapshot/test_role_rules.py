"""What a role of any stack may do at most, whoever adds the next one."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from blockwork.testing.synthesis import Template
from tests.snapshot.resources import of_type, without_emptying

READS = {f"dynamodb:{name}" for name in ("BatchGetItem", "GetItem", "Query", "Scan")}
ITEM_ACTIONS = READS | {f"dynamodb:{name}" for name in ("DeleteItem", "PutItem", "UpdateItem")}
STREAM_ACTIONS = {
    f"dynamodb:{name}"
    for name in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
}
KINESIS_ACTIONS = {
    *("PutRecord", "PutRecords"),
    *("DescribeStream", "DescribeStreamConsumer", "DescribeStreamSummary", "GetRecords"),
    *("GetShardIterator", "ListShards", "ListStreams", "SubscribeToShard"),
}
ALLOWED_ON_EVERYTHING = {
    "xray:PutTelemetryRecords": "X-Ray knows no resources",
    "xray:PutTraceSegments": "X-Ray knows no resources",
    **dict.fromkeys(
        ("xray:GetSamplingRules", "xray:GetSamplingTargets"), "what traces a state machine asks"
    ),
    **dict.fromkeys(
        (
            *("logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery"),
            *("logs:DeleteLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy"),
            *("logs:DescribeResourcePolicies", "logs:DescribeLogGroups"),
        ),
        "deliveries of logs, which a state machine makes for its own, know no resources",
    ),
}


def statements(template: Template) -> Iterator[dict[str, Any]]:
    """Yield what roles are allowed; a key's own policy speaks of the key alone."""
    for properties in of_type(template, "AWS::IAM::Policy").values():
        yield from properties["PolicyDocument"]["Statement"]
    for properties in of_type(template, "AWS::IAM::Role").values():
        assert "ManagedPolicyArns" not in properties
        for policy in properties.get("Policies", []):
            yield from policy["PolicyDocument"]["Statement"]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_no_role_may_do_everything_or_anything_to_everything(
    stack_name: str, templates: dict[str, Template]
) -> None:
    for statement in statements(templates[stack_name]):
        actions = as_list(statement["Action"])
        assert [
            action for action in actions if "*" in action and action != "kms:GenerateDataKey*"
        ] == []
        if "*" in as_list(statement["Resource"]):
            assert set(actions) <= set(ALLOWED_ON_EVERYTHING)


def test_who_uses_a_table_says_which_items_or_attributes_for(
    stack_name: str, templates: dict[str, Template]
) -> None:
    for statement in statements(templates[stack_name]):
        actions = {action for action in as_list(statement["Action"]) if action in ITEM_ACTIONS}
        if not actions:
            assert not any(
                action.startswith("dynamodb:") and action not in STREAM_ACTIONS
                for action in as_list(statement["Action"])
            )
            continue
        said = statement["Condition"]
        if "ForAllValues:StringLike" in said:
            assert said["ForAllValues:StringLike"].keys() == {"dynamodb:LeadingKeys"}
            assert said["Null"] == {"dynamodb:LeadingKeys": "false"}
        else:
            assert said["ForAllValues:StringEquals"]["dynamodb:Attributes"]
            reads = said.get("StringEquals") == {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}
            writes = "dynamodb:ReturnValues" in said.get("StringEqualsIfExists", {})
            assert (reads, writes) == (actions <= READS, not actions & READS)


def test_nobody_replaces_items_where_there_are_several_kinds(
    stack_name: str, templates: dict[str, Template]
) -> None:
    """A put replaces an item whatever it is; an update touches the attributes that it names."""
    template = templates[stack_name]
    several = [
        {"Fn::GetAtt": [name, "Arn"]}
        for name, table in of_type(template, "AWS::DynamoDB::GlobalTable").items()
        if len(table["KeySchema"]) > 1
    ]
    for statement in statements(template):
        if statement["Resource"] in several:
            assert not {"dynamodb:PutItem", "dynamodb:BatchWriteItem"} & {
                *as_list(statement["Action"])
            }


@pytest.mark.parametrize(
    ("service", "allowed", "condition"),
    [
        ("cognito-idp", {"ListUsers", "AdminListGroupsForUser", "AdminDeleteUser"}, None),
        ("kinesis", KINESIS_ACTIONS, None),
        ("s3", {"AbortMultipartUpload", "DeleteObject", "GetObject", "PutObject"}, None),
        ("secretsmanager", {"GetSecretValue"}, None),
        ("ses", {"SendEmail", "SendRawEmail"}, "ses:FromAddress"),
        ("ssm", {"GetParameter"}, None),
    ],
)
def test_a_role_may_do_in_a_service_only_what_is_known_to_be_needed(
    stack_name: str,
    templates: dict[str, Template],
    service: str,
    allowed: set[str],
    condition: str | None,
) -> None:
    for statement in statements(without_emptying(templates[stack_name])):
        actions = {
            action.removeprefix(f"{service}:")
            for action in as_list(statement["Action"])
            if action.startswith(f"{service}:")
        }
        assert actions - {"AdminGetUser"} <= allowed
        if actions and condition:
            assert condition in statement["Condition"]["StringEquals"]


def test_only_who_looks_for_users_that_are_gone_asks_for_one_by_name(
    stack_name: str, templates: dict[str, Template]
) -> None:
    for name, policy in of_type(templates[stack_name], "AWS::IAM::Policy").items():
        if "cognito-idp:AdminGetUser" in json.dumps(policy):
            assert name.startswith("FindGoneUsersRole")


def test_only_who_deletes_an_account_at_its_owner_s_wish_may(
    stack_name: str, templates: dict[str, Template]
) -> None:
    for name, policy in of_type(templates[stack_name], "AWS::IAM::Policy").items():
        if "cognito-idp:AdminDeleteUser" in json.dumps(policy):
            assert name.startswith("DeleteAccountRole")


def test_who_publishes_does_so_in_the_name_of_its_own_service_alone(
    stack_name: str, templates: dict[str, Template]
) -> None:
    service = stack_name.split("-", 1)[1].lower()
    for statement in statements(templates[stack_name]):
        if any(action.startswith("events:") for action in as_list(statement["Action"])):
            assert statement["Action"] == "events:PutEvents"
            assert statement["Condition"] == {
                "ForAllValues:StringEquals": {"events:source": f"blockwork.{service}"},
                "Null": {"events:source": "false"},
            }
