"""A WebSocket API that only tickets open, and functions that may do what they are for."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Duration, Environment, RemovalPolicy, Stack, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Match, Template
from cdk_nag import AwsSolutionsChecks

from constructs_lib.blocks import EventBus, FailureChain, PushChannel
from constructs_lib.primitives import BuildTarget

HERE = BuildTarget.this_machine()


@pytest.fixture
def push(stack: Stack, failures: FailureChain) -> PushChannel:
    return PushChannel(stack, "Push", failures=failures, target=HERE)


def allowed(stack: Stack, role: iam.IRole | None) -> dict[str, Any]:
    """Return what a role may do to what, without the log and the traces of every function."""
    assert role is not None
    name = stack.resolve(role.role_name)
    policies = Template.from_stack(stack).find_resources(
        "AWS::IAM::Policy", {"Properties": {"Roles": [name]}}
    )
    (policy,) = policies.values()
    found = {}
    for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
        actions, resources = statement["Action"], statement["Resource"]
        for action in [actions] if isinstance(actions, str) else actions:
            if not action.startswith(("logs:", "xray:")):
                single = isinstance(resources, list) and len(resources) == 1
                found[action] = resources[0] if single else resources
    return found


def routes(stack: Stack) -> dict[str, Any]:
    found = Template.from_stack(stack).find_resources("AWS::ApiGatewayV2::Route").values()
    return {route["Properties"]["RouteKey"]: route["Properties"] for route in found}


def test_every_function_may_do_what_it_is_for_and_nothing_else(
    stack: Stack, push: PushChannel, failures: FailureChain
) -> None:
    table, tickets = stack.resolve(push.table.table_arn), stack.resolve(push.tickets.table_arn)
    stream = stack.resolve(push.table.table_stream_arn)

    assert allowed(stack, push.authorize.role) == {"dynamodb:DeleteItem": tickets}
    assert allowed(stack, push.connect.role) == {
        "dynamodb:GetItem": table,
        "dynamodb:Query": table,
        "dynamodb:UpdateItem": table,
    }
    assert allowed(stack, push.disconnect.role) == {"dynamodb:DeleteItem": table}
    assert allowed(stack, push.answer.role) == {"dynamodb:UpdateItem": table}
    assert allowed(stack, push.accept.role) == {
        "dynamodb:GetItem": table,
        "dynamodb:UpdateItem": table,
    }
    delivering = allowed(stack, push.deliver.role)
    connections = json.dumps(delivering.pop("execute-api:ManageConnections"))
    assert '"/live/POST/@connections/*"' in connections
    assert '"/live/DELETE/@connections/*"' in connections
    assert delivering == {
        "dynamodb:Query": table,
        "dynamodb:UpdateItem": table,
        "dynamodb:DeleteItem": table,
        "dynamodb:ListStreams": stream,
        "dynamodb:DescribeStream": stream,
        "dynamodb:GetRecords": stream,
        "dynamodb:GetShardIterator": stream,
        "sns:Publish": stack.resolve(failures.topic.topic_arn),
    }


def test_who_issues_tickets_may_put_them_and_read_none(stack: Stack, push: PushChannel) -> None:
    role = iam.Role(stack, "Office", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))

    push.grant_issue_tickets(role).assert_success()

    assert allowed(stack, role) == {"dynamodb:PutItem": stack.resolve(push.tickets.table_arn)}


def test_nobody_connects_without_a_ticket(stack: Stack, push: PushChannel) -> None:
    assert routes(stack)["$connect"]["AuthorizationType"] == "CUSTOM"
    Template.from_stack(stack).has_resource_properties(
        "AWS::ApiGatewayV2::Authorizer",
        {"AuthorizerType": "REQUEST", "IdentitySource": ["route.request.querystring.ticket"]},
    )


def test_only_what_a_browser_asks_is_answered(stack: Stack, push: PushChannel) -> None:
    made = Template.from_stack(stack).find_resources("AWS::ApiGatewayV2::RouteResponse").values()

    (answered,) = (response["Properties"]["RouteId"]["Ref"] for response in made)
    template = Template.from_stack(stack).to_json()
    assert template["Resources"][answered]["Properties"]["RouteKey"] == "$default"


def test_events_of_a_bus_are_accepted_and_those_that_cannot_be_are_kept(
    stack: Stack, push: PushChannel, failures: FailureChain
) -> None:
    push.subscribe(EventBus(stack, "Bus"), source="shop.orders", detail_types=["OrderShipped"])

    template = Template.from_stack(stack)
    accept = stack.resolve(push.accept.function_arn)
    template.has_resource_properties(
        "AWS::Events::Rule",
        {
            "EventPattern": {"source": ["shop.orders"], "detail-type": ["OrderShipped"]},
            "Targets": [Match.object_like({"Arn": accept})],
        },
    )
    template.has_resource_properties(
        "AWS::Lambda::EventInvokeConfig",
        {
            "FunctionName": stack.resolve(push.accept.function_name),
            "DestinationConfig": {
                "OnFailure": {"Destination": stack.resolve(failures.topic.topic_arn)}
            },
        },
    )


def test_delivery_is_woken_by_messages_and_resumptions_and_gives_up_in_time(
    stack: Stack, push: PushChannel, failures: FailureChain
) -> None:
    mappings = Template.from_stack(stack).find_resources("AWS::Lambda::EventSourceMapping")

    (mapping,) = (mapping["Properties"] for mapping in mappings.values())
    assert mapping["FunctionName"] == stack.resolve(push.deliver.function_name)
    assert mapping["EventSourceArn"] == stack.resolve(push.table.table_stream_arn)
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["MaximumRecordAgeInSeconds"] == 300
    topic = stack.resolve(failures.topic.topic_arn)
    assert mapping["DestinationConfig"] == {"OnFailure": {"Destination": topic}}
    patterns = [json.loads(entry["Pattern"]) for entry in mapping["FilterCriteria"]["Filters"]]
    kinds = [pattern["dynamodb"]["Keys"]["itemId"]["S"][0]["prefix"] for pattern in patterns]
    assert kinds == ["message#", "resume#"]
    assert ["REMOVE" in pattern["eventName"] for pattern in patterns] == [False, False]


def test_what_is_said_leaves_the_table_only_towards_its_user(
    stack: Stack, push: PushChannel
) -> None:
    Template.from_stack(stack).has_resource_properties(
        "AWS::DynamoDB::GlobalTable",
        {
            "KeySchema": [
                {"AttributeName": "userId", "KeyType": "HASH"},
                {"AttributeName": "itemId", "KeyType": "RANGE"},
            ],
            "StreamSpecification": {"StreamViewType": "KEYS_ONLY"},
        },
    )


def test_tickets_connections_and_messages_go_when_their_time_is_over(
    stack: Stack, push: PushChannel
) -> None:
    Template.from_stack(stack).all_resources_properties(
        "AWS::DynamoDB::GlobalTable",
        {"TimeToLiveSpecification": {"AttributeName": "expiresAt", "Enabled": True}},
    )


def test_connections_are_reached_where_aws_has_them(stack: Stack, push: PushChannel) -> None:
    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::Function",
        {
            "Handler": "push_channel.deliver.handler",
            "Environment": {
                "Variables": Match.object_like(
                    {"CONNECTIONS_URL": stack.resolve(push.stage.callback_url)}
                )
            },
        },
    )


def test_connections_are_reached_where_the_stack_says(stack: Stack, failures: FailureChain) -> None:
    push = PushChannel(
        stack,
        "Push",
        failures=failures,
        callback_url=lambda api_id: f"http://here/{api_id}",
        target=HERE,
    )

    url = {"Fn::Join": ["", ["http://here/", stack.resolve(push.api.api_id)]]}
    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::Function",
        {"Environment": {"Variables": Match.object_like({"CONNECTIONS_URL": url})}},
    )


@pytest.mark.parametrize(("retention", "seconds"), [(None, "3600"), (Duration.minutes(5), "300")])
def test_messages_are_kept_for_an_hour_or_as_long_as_one_says(
    stack: Stack, failures: FailureChain, retention: Duration | None, seconds: str
) -> None:
    chosen: dict[str, Any] = {"message_retention": retention} if retention else {}

    PushChannel(stack, "Push", failures=failures, target=HERE, **chosen)

    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::Function",
        {"Environment": {"Variables": Match.object_like({"MESSAGE_SECONDS": seconds})}},
    )


def test_a_retention_shorter_than_a_reconnection_is_refused(
    stack: Stack, failures: FailureChain
) -> None:
    with pytest.raises(ValueError, match="message_retention must be at least 1 minute, got 59 s"):
        PushChannel(
            stack, "Push", failures=failures, message_retention=Duration.seconds(59), target=HERE
        )


@pytest.mark.parametrize("number", [0, -1, 101])
def test_a_number_of_connections_that_is_no_persons_is_refused(
    stack: Stack, failures: FailureChain, number: int
) -> None:
    allowed = f"connections_per_user must be between 1 and 100, got {number}"
    with pytest.raises(ValueError, match=allowed):
        PushChannel(stack, "Push", failures=failures, connections_per_user=number, target=HERE)


@pytest.mark.parametrize(
    ("chosen", "policy"),
    [({}, "RetainExceptOnCreate"), ({"removal_policy": RemovalPolicy.DESTROY}, "Delete")],
)
def test_tables_and_logs_stay_unless_one_says_otherwise(
    stack: Stack, failures: FailureChain, chosen: dict[str, Any], policy: str
) -> None:
    PushChannel(stack, "Push", failures=failures, target=HERE, **chosen)

    template = Template.from_stack(stack)
    for kind, count in (("AWS::DynamoDB::GlobalTable", 2), ("AWS::Logs::LogGroup", 6)):
        found = template.find_resources(kind).values()
        assert [resource["DeletionPolicy"] for resource in found] == [policy] * count


@pytest.mark.parametrize("account", [None, "123456789012"])
def test_cdk_nag_finds_nothing_wherever_it_is_deployed(tmp_path: Path, account: str | None) -> None:
    app = App(
        outdir=str(tmp_path), analytics_reporting=False, builtin_cloud_formation_validation=False
    )
    env = Environment(account=account, region="eu-west-2") if account else None
    stack = Stack(app, "Test", env=env)
    push = PushChannel(stack, "Push", failures=FailureChain(stack, "Failures"), target=HERE)
    push.subscribe(EventBus(stack, "Bus"), source="shop.orders", detail_types=["OrderShipped"])
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))

    app.synth()

    report = json.loads((tmp_path / "validation-report.json").read_text())
    assert [plugin["violations"] for plugin in report["pluginReports"]] == [[]]


def test_who_is_gone_is_forgotten_by_a_function_that_may_only_delete(
    stack: Stack, push: PushChannel, failures: FailureChain
) -> None:
    bus = EventBus(stack, "Bus")

    push.forget_on(bus, source="shop.users", detail_types=["UserLeft"])

    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::Events::Rule",
        {"EventPattern": {"source": ["shop.users"], "detail-type": ["UserLeft"]}},
    )
    forget = push.node.find_child("Forget")
    assert isinstance(forget, lambda_.Function)
    table = stack.resolve(push.table.table_arn)
    assert allowed(stack, forget.role) == {
        "dynamodb:Query": table,
        "dynamodb:DeleteItem": table,
        "sns:Publish": stack.resolve(failures.topic.topic_arn),
    }
