import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs_lib.checks import check_deliveries
from constructs_lib.checks.assembly import Assembly
from constructs_lib.checks.deliveries import ROUTES
from constructs_lib.checks.walk import deliveries_of
from tests.unit.constructs_lib.checks.takeaway import needs_without_each
from tests.unit.constructs_lib.checks.zoo import ENVIRONMENT, Senders, Targets, app, function

QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {}}
ARN = {"Fn::GetAtt": ["Queue", "Arn"]}


@pytest.fixture(scope="module")
def zoo() -> Path:
    built = app()
    Senders(built, Targets(built))
    return Path(built.synth().directory)


def synthesised(*build: Callable[[Construct], object]) -> Path:
    built = app()
    stack = Stack(built, "Test", env=ENVIRONMENT)
    for one in build:
        one(stack)
    return Path(built.synth().directory)


def written(folder: Path, **resources: Any) -> Path:
    """Write an assembly of one template."""
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://111111111111/eu-west-2",
        "properties": {"templateFile": "Test.template.json"},
    }
    (folder / "manifest.json").write_text(json.dumps({"artifacts": {"Test": artifact}}))
    (folder / "Test.template.json").write_text(json.dumps({"Resources": resources}))
    return folder


def test_what_the_cdk_permits_is_found_to_be_permitted(zoo: Path) -> None:
    assert check_deliveries(zoo) == []


def test_each_delivery_is_refused_without_the_statement_that_allows_it(zoo: Path) -> None:
    needed, missed = needs_without_each(Assembly(zoo))

    assert needed - missed == set()
    deliveries = {str(delivery) for delivery in deliveries_of(Assembly(zoo))}
    assert {problem.partition(": ")[0] for problem in needed} == deliveries


def test_the_zoo_has_deliveries_by_services_and_by_roles_to_targets_of_every_kind(
    zoo: Path,
) -> None:
    found = deliveries_of(Assembly(zoo))

    kinds = {(delivery.target.split(":")[2], bool(delivery.role)) for delivery in found}
    assert kinds >= {
        *{(kind, False) for kind in ("lambda", "logs", "s3", "sns", "sqs")},
        *{(kind, True) for kind in ("dynamodb", "events", "kinesis", "lambda", "logs")},
        *{(kind, True) for kind in ("sns", "sqs", "states")},
    }
    senders = {delivery.sender.type for delivery in found}
    assert len(senders) > len({route.split()[0] for route in ROUTES}) / 2


def test_a_key_that_the_cdk_forgets_is_told_with_what_to_allow() -> None:
    def build(stack: Construct) -> None:
        dead = sqs.Queue(stack, "Dead", encryption=sqs.QueueEncryption.KMS)
        rule = events.Rule(stack, "Rule", event_pattern=events.EventPattern(source=["shop"]))
        target = function(stack, "React")
        rule.add_target(targets.LambdaFunction(target, dead_letter_queue=dead))

    first, second = check_deliveries(synthesised(build))

    assert first.startswith("Test/Rule4C995B7F Targets.DeadLetterConfig.Arn → arn:aws:sqs:")
    assert "events.amazonaws.com may not kms:GenerateDataKey on the target's key" in first
    assert 'allows kms:GenerateDataKey to {"Service": "events.amazonaws.com"}' in first
    assert "aws:SourceAccount 111111111111" in first
    assert "kms:Decrypt" in second


def test_the_key_of_aws_itself_lets_no_service_in(tmp_path: Path) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"KmsMasterKeyId": "alias/aws/sns"}}
    alarm = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmActions": [{"Ref": "Topic"}]}}

    (problem,) = check_deliveries(written(tmp_path, Topic=topic, Alarm=alarm))

    assert "a key of AWS, which lets cloudwatch.amazonaws.com not use it" in problem


def test_a_topic_whose_only_statement_denies_has_lost_the_default_policy() -> None:
    def build(stack: Construct) -> None:
        topic = sns.Topic(stack, "Topic", enforce_ssl=True)
        function(stack, "Work").metric_errors().create_alarm(
            stack, "Alarm", threshold=1, evaluation_periods=1
        ).add_alarm_action(actions.SnsAction(topic))

    (problem,) = check_deliveries(synthesised(build))

    assert "cloudwatch.amazonaws.com may not sns:Publish on Test/Topic" in problem


def test_a_role_that_nobody_lets_the_service_take_on_is_told() -> None:
    def build(stack: Construct) -> None:
        role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
        failed = sns.Topic(stack, "Failed")
        consume = function(stack, "Consume")
        consume.configure_async_invoke(on_failure=destinations.SnsDestination(failed))
        consume.node.default_child.add_property_override(  # type: ignore[union-attr]
            "Role", Stack.of(stack).resolve(role.role_arn)
        )

    problems = check_deliveries(synthesised(build))

    assert any("lambda.amazonaws.com may not take on Test/Role" in one for one in problems)
    assert any("may not sns:Publish on Test/Failed" in one for one in problems)


@pytest.mark.parametrize(
    "sender",
    [
        {"Type": "AWS::IoT::TopicRule", "Properties": {"Actions": [{"Sqs": {"QueueUrl": ARN}}]}},
        {"Type": "AWS::Backup::BackupVault", "Properties": {"Notifications": {"To": ARN}}},
        {"Type": "AWS::SQS::Queue", "Properties": {"Mirror": {"Ref": "Queue"}}},
        {"Type": "AWS::Events::Rule", "Properties": {"Fallback": {"Fn::Sub": "${Queue.Arn}"}}},
        {"Type": "AWS::X::Y", "Properties": {"Text": {"Fn::Join": ["", ["to ", ARN, " now"]]}}},
        {"Type": "AWS::X::Y", "Properties": {"Name": {"Fn::GetAtt": "Queue.QueueName"}}},
    ],
)
def test_a_property_that_nobody_knows_is_told_rather_than_passed(
    tmp_path: Path, sender: dict[str, Any]
) -> None:
    folder = written(tmp_path, Queue=QUEUE, Sender=sender)

    (problem,) = check_deliveries(folder)

    assert problem.startswith("Test/Sender (AWS::")
    assert "no check knows whether anything is delivered there" in problem
    (quoted,) = problem.partition('({"')[2].split('": "')[:1]
    assert check_deliveries(folder, no_delivery={quoted: "a test says so"}) == []


def test_a_target_that_needs_a_role_and_has_none_is_told(tmp_path: Path) -> None:
    stream = {"Type": "AWS::Kinesis::Stream", "Properties": {}}
    rule = {
        "Type": "AWS::Events::Rule",
        "Properties": {"Targets": [{"Arn": {"Fn::GetAtt": ["Stream", "Arn"]}, "Id": "1"}]},
    }

    (problem,) = check_deliveries(written(tmp_path, Stream=stream, Rule=rule))

    assert "events.amazonaws.com may not kinesis:PutRecord on Test/Stream" in problem


def test_who_is_of_another_app_is_nobodys_business_here(tmp_path: Path) -> None:
    topic = "arn:aws:sns:eu-west-2:222222222222:theirs"
    alarm = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmActions": [topic]}}

    assert check_deliveries(written(tmp_path, Alarm=alarm)) == []


def test_every_way_to_write_a_permission_is_read(tmp_path: Path) -> None:
    """The CDK writes one of each, people write the others."""

    def role(service: str, **properties: Any) -> dict[str, Any]:
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        held = {"AssumeRolePolicyDocument": {"Statement": [trust]}, **properties}
        return {"Type": "AWS::IAM::Role", "Properties": held}

    send = {"Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}}
    target = {"Id": "1", "Arn": ARN}

    def rule(name: str) -> dict[str, Any]:
        return {
            "Type": "AWS::Events::Rule",
            "Properties": {"Targets": [{**target, "RoleArn": {"Fn::GetAtt": [name, "Arn"]}}]},
        }

    service = "events.amazonaws.com"
    managed = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": send}}
    attached = {"RoleName": {"Ref": "ByPolicy"}, "PolicyDocument": json.dumps(send)}
    resources = {
        "Queue": QUEUE,
        "Inline": role(service, Policies=[{"PolicyName": "Send", "PolicyDocument": send}]),
        "Managed": managed,
        "ByManaged": role(service, ManagedPolicyArns=[{"Ref": "Managed"}]),
        "ByPolicy": role(service),
        "Attached": {"Type": "AWS::IAM::RolePolicy", "Properties": attached},
        "ByAws": role(
            service, ManagedPolicyArns=["arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole"]
        ),
        "OfOthers": role("pipes.amazonaws.com", Policies=[{"PolicyDocument": send}]),
    }
    roles = [name for name in resources if resources[name]["Type"] == "AWS::IAM::Role"]
    rules = {f"Rule{name}": rule(name) for name in roles}

    problems = check_deliveries(written(tmp_path, **resources, **rules))

    assert [problem.partition(" ")[0] for problem in sorted(problems)] == [
        "Test/RuleByAws",
        "Test/RuleOfOthers",
    ]
    assert "Test/ByAws (AWS::IAM::Role) may not sqs:SendMessage" in sorted(problems)[0]
    assert "may not take on Test/OfOthers" in sorted(problems)[1]


def test_a_role_that_is_not_named_is_told_where_nothing_else_will_do(tmp_path: Path) -> None:
    schedule = {"Type": "AWS::Scheduler::Schedule", "Properties": {"Target": {"Arn": ARN}}}

    problems = check_deliveries(written(tmp_path, Queue=QUEUE, Schedule=schedule))

    assert any(
        problem.endswith("scheduler.amazonaws.com needs a role there, and there is none")
        for problem in problems
    )


def test_an_api_must_be_let_in_for_each_route_and_as_an_authorizer(tmp_path: Path) -> None:
    function_arn = {"Fn::GetAtt": ["Function", "Arn"]}
    uri = {
        "Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        "${Function.Arn}/invocations"
    }
    api = {"ApiId": {"Ref": "Api"}}

    def route(key: str) -> dict[str, Any]:
        target = {"Fn::Sub": "integrations/${Integration}"}
        held = {**api, "RouteKey": key, "Target": target}
        return {"Type": "AWS::ApiGatewayV2::Route", "Properties": held}

    source = "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/GET/products"
    permission = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": function_arn,
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": {"Fn::Sub": source},
    }
    problems = check_deliveries(
        written(
            tmp_path,
            Function={"Type": "AWS::Lambda::Function", "Properties": {}},
            Api={"Type": "AWS::ApiGatewayV2::Api", "Properties": {}},
            Integration={
                "Type": "AWS::ApiGatewayV2::Integration",
                "Properties": {**api, "IntegrationUri": function_arn},
            },
            Authorizer={
                "Type": "AWS::ApiGatewayV2::Authorizer",
                "Properties": {**api, "AuthorizerUri": uri},
            },
            Read=route("GET /products"),
            Write=route("POST /products"),
            Permission={"Type": "AWS::Lambda::Permission", "Properties": permission},
        )
    )

    assert len(problems) == 2
    refused = " ".join(problems)
    assert "Test-Api/stage/POST/products" in refused
    assert "Test-Api/authorizers/Test-Authorizer" in refused
