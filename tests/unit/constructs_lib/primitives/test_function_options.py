"""A function takes what the CDK's takes, and refuses what would break its promise."""

from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Duration, Size, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from aws_cdk.assertions import Template

from constructs_lib.primitives import PythonFunction, PythonService
from constructs_lib.primitives.function_options import REFUSED, FunctionOptions
from tests.unit.constructs_lib.primitives.signatures import assert_takes_all


@pytest.fixture(autouse=True)
def _own_build_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def only(stack: Stack, kind: str) -> dict[str, Any]:
    (resource,) = Template.from_stack(stack).find_resources(kind).values()
    found: dict[str, Any] = resource["Properties"]
    return found


def actions(stack: Stack) -> set[str]:
    statements = only(stack, "AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    found = [statement["Action"] for statement in statements]
    return {name for each in found for name in ([each] if isinstance(each, str) else each)}


def test_every_option_of_the_cdk_is_taken_or_refused_with_a_reason() -> None:
    assert_takes_all(PythonFunction, lambda_.Function, FunctionOptions, REFUSED)


@pytest.mark.parametrize("name", REFUSED)
def test_what_contradicts_a_promise_is_refused_with_the_reason(
    stack: Stack, service: PythonService, name: str
) -> None:
    contrary: dict[str, Any] = {name: "x86"}

    with pytest.raises(ValueError, match=f"{name} must be left out, got 'x86': ") as error:
        PythonFunction(stack, "Ship", service=service, entry="place_order", **contrary)

    assert str(error.value).endswith(f"{REFUSED[name]} (at Test/Ship)")


def test_what_nobody_knows_is_an_error(stack: Stack, service: PythonService) -> None:
    unknown: dict[str, Any] = {"memmory_size": 512}

    with pytest.raises(TypeError, match="memmory_size"):
        PythonFunction(stack, "Ship", service=service, entry="place_order", **unknown)


def test_what_the_cdk_can_it_can(stack: Stack, service: PythonService) -> None:
    PythonFunction(
        stack,
        "Ship",
        service=service,
        entry="place_order",
        description="ships",
        ephemeral_storage_size=Size.gibibytes(1),
        max_event_age=Duration.minutes(5),
        system_log_level_v2=lambda_.SystemLogLevel.DEBUG,
    )

    found = only(stack, "AWS::Lambda::Function")
    assert found["Description"] == "ships"
    assert found["EphemeralStorage"] == {"Size": 1024}
    assert found["LoggingConfig"]["SystemLogLevel"] == "DEBUG"
    assert found["LoggingConfig"]["ApplicationLogLevel"] == "INFO"
    assert only(stack, "AWS::Lambda::EventInvokeConfig")["MaximumEventAgeInSeconds"] == 300


def test_in_a_network_its_role_may_do_what_lambda_needs_there_and_no_more(
    stack: Stack, service: PythonService
) -> None:
    network = ec2.Vpc.from_vpc_attributes(
        stack,
        "Network",
        vpc_id="vpc-1",
        availability_zones=["eu-west-2a"],
        private_subnet_ids=["subnet-1"],
    )

    PythonFunction(stack, "Ship", service=service, entry="place_order", vpc=network)

    assert only(stack, "AWS::Lambda::Function")["VpcConfig"]["SubnetIds"] == ["subnet-1"]
    assert {name for name in actions(stack) if not name.startswith(("logs:", "xray:"))} == {
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    }


def test_it_may_read_its_environment_that_a_key_encrypts(
    stack: Stack, service: PythonService
) -> None:
    key = kms.Key(stack, "Key")

    PythonFunction(stack, "Ship", service=service, entry="place_order", environment_encryption=key)

    assert only(stack, "AWS::Lambda::Function")["KmsKeyArn"] == stack.resolve(key.key_arn)
    assert "kms:Decrypt" in actions(stack)


def test_a_role_and_a_log_group_that_are_given_stand_in_for_its_own(
    stack: Stack, service: PythonService
) -> None:
    role = iam.Role(stack, "Shipper", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    group = logs.LogGroup(stack, "Everything")

    PythonFunction(stack, "Ship", service=service, entry="place_order", role=role, log_group=group)

    template = Template.from_stack(stack)
    template.resource_count_is("AWS::IAM::Role", 1)
    template.resource_count_is("AWS::Logs::LogGroup", 1)
    assert only(stack, "AWS::Lambda::Function")["Role"] == stack.resolve(role.role_arn)
    assert actions(stack) >= {"logs:PutLogEvents", "xray:PutTraceSegments"}


def test_where_successes_go_stays_when_failures_are_sent_elsewhere(
    stack: Stack, service: PythonService
) -> None:
    done, failed = sqs.Queue(stack, "Done"), sqs.Queue(stack, "Failed")
    function = PythonFunction(
        stack,
        "Ship",
        service=service,
        entry="place_order",
        on_success=destinations.SqsDestination(done),
    )

    function.send_failures_to(destinations.SqsDestination(failed))

    assert only(stack, "AWS::Lambda::EventInvokeConfig")["DestinationConfig"] == {
        "OnSuccess": {"Destination": stack.resolve(done.queue_arn)},
        "OnFailure": {"Destination": stack.resolve(failed.queue_arn)},
    }
