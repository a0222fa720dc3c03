"""What an app does not ask for while it runs is a record of its stack, and nothing else."""

import pytest
from botocore.exceptions import ClientError

from tests.emulator.support import Aws

QUERY = {"Type": "AWS::Athena::NamedQuery", "Properties": {"Name": "photographs"}}
GATEWAY = {"Type": "AWS::EC2::NatGateway", "Properties": {}}


def test_a_placeholder_has_a_name_and_attributes_and_goes_with_its_stack(aws: Aws) -> None:
    outputs = aws.deploy(
        "placeholders",
        {"Query": QUERY, "Gateway": GATEWAY},
        Query={"Ref": "Query"},
        Arn={"Fn::GetAtt": ["Query", "Arn"]},
        Gateway={"Fn::GetAtt": ["Gateway", "NatGatewayId"]},
    )

    assert outputs["Query"] == "photographs"
    assert outputs["Arn"].endswith(":namedquery/photographs")
    assert outputs["Gateway"].startswith("placeholders-Gateway")
    kept = aws.deploy("placeholders", {"Query": QUERY}, Query={"Ref": "Query"})
    assert kept == {"Query": "photographs"}


def test_what_is_asked_for_is_refused_as_ever(aws: Aws) -> None:
    store = {"Type": "AWS::VerifiedPermissions::PolicyStore", "Properties": {}}

    with pytest.raises(ClientError, match="Unrecognized resource types"):
        aws.deploy("no-placeholder", {"Store": store})


def test_a_bus_takes_what_its_policy_says(aws: Aws) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "111111111111"},
        "Action": "events:PutEvents",
        "Resource": {"Fn::GetAtt": ["Bus", "Arn"]},
    }
    bus = {"Type": "AWS::Events::EventBus", "Properties": {"Name": "opened"}}
    policy = {"EventBusName": {"Ref": "Bus"}, "StatementId": "Them", "Statement": statement}
    resources = {
        "Bus": bus,
        "Policy": {"Type": "AWS::Events::EventBusPolicy", "Properties": policy},
    }
    aws.deploy("bus-policy", resources)
    events = aws.client("events")

    assert '"Sid": "Them"' in events.describe_event_bus(Name="opened")["Policy"]

    aws.deploy("bus-policy", {"Bus": bus})

    assert "Policy" not in events.describe_event_bus(Name="opened")
