"""What a state machine may do is what its role may do."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.machines import begin, ended, machine, machine_role
from tests.emulator.policies import let, policy
from tests.emulator.support import Aws, function, role

TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    },
}
PARTS: dict[str, Any] = {
    "Role": role(),
    "Function": function("def handler(event, context): return 'done'"),
    "Queue": {"Type": "AWS::SQS::Queue"},
    "Topic": {"Type": "AWS::SNS::Topic"},
    **policy("Topic", "Topic", let("events", "sns:Publish")),  # its default lets all the account
    "Table": TABLE,
}
SUBSTITUTIONS = {
    "Function": {"Fn::GetAtt": ["Function", "Arn"]},
    "Queue": {"Ref": "Queue"},
    "Topic": {"Ref": "Topic"},
    "Table": {"Ref": "Table"},
}
ITEM = {"TableName": "${Table}", "Key": {"id": {"S": "1"}}}
ENTRY = {"Source": "here", "DetailType": "it", "Detail": {}}
CALLS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "lambda": (
        "lambda:invoke",
        {"FunctionName": "${Function}", "Payload": {}},
        "lambda:InvokeFunction",
        "Lambda.AWSLambdaException",
    ),
    "sqs": (
        "sqs:sendMessage",
        {"QueueUrl": "${Queue}", "MessageBody": "{}"},
        "sqs:SendMessage",
        "SQS.AmazonSQSException",
    ),
    "sns": (
        "sns:publish",
        {"TopicArn": "${Topic}", "Message": "it"},
        "sns:Publish",
        "SNS.AuthorizationErrorException",
    ),
    "dynamodb": (
        "dynamodb:getItem",
        ITEM,
        "dynamodb:GetItem",
        "DynamoDB.AmazonDynamoDBException",
    ),
    "events": (
        "events:putEvents",
        {"Entries": [ENTRY]},
        "events:PutEvents",
        "EventBridge.AmazonEventBridgeException",
    ),
    "sdk of DynamoDB": (
        "aws-sdk:dynamodb:getItem",
        ITEM,
        "dynamodb:GetItem",
        "DynamoDb.DynamoDbException",
    ),
    "sdk of SQS": (
        "aws-sdk:sqs:sendMessage",
        {"QueueUrl": "${Queue}", "MessageBody": "{}"},
        "sqs:SendMessage",
        "Sqs.SqsException",
    ),
}


@pytest.mark.parametrize("call", list(CALLS))
def test_a_task_may_do_what_the_role_may_and_nothing_else(aws: Aws, call: str) -> None:
    resource, arguments, action, error = CALLS[call]
    stack = f"role-of-{call.replace(' ', '-')}"
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Arguments": arguments}
    with_it = {**PARTS, "Machine": machine({"Call": state}, DefinitionSubstitutions=SUBSTITUTIONS)}
    made = {"machine": {"Ref": "Machine"}}

    other = machine_role("ssm:GetParameter")
    machine_arn = aws.deploy(stack, {**with_it, "MachineRole": other}, **made)["machine"]
    refused = ended(aws, begin(aws, machine_arn))
    aws.deploy(stack, {**with_it, "MachineRole": machine_role(action)}, **made)
    allowed = ended(aws, begin(aws, machine_arn))

    assert (refused["status"], refused["error"]) == ("FAILED", error)
    assert f"is not authorized to perform: {action} on resource: arn:aws:" in refused["cause"]
    assert allowed["status"] == "SUCCEEDED", allowed


def test_a_role_that_step_functions_cannot_assume_makes_no_state_machine(aws: Aws) -> None:
    resources = {"R": machine_role(service="lambda.amazonaws.com")}
    arn = aws.deploy("not-assumed", resources, role={"Fn::GetAtt": ["R", "Arn"]})["role"]
    definition = json.dumps(machine({"Stop": {"Type": "Succeed"}})["Properties"]["Definition"])

    with pytest.raises(ClientError, match=r"AccessDeniedException.*states\.amazonaws\.com"):
        aws.client("stepfunctions").create_state_machine(
            name="not-assumed", definition=definition, roleArn=arn
        )


def test_a_role_that_trusts_no_longer_does_nothing_any_more(aws: Aws) -> None:
    arguments = {"QueueUrl": "${Queue}", "MessageBody": "{}"}
    state = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Arguments": arguments}
    resources = {
        "Queue": {"Type": "AWS::SQS::Queue"},
        "MachineRole": machine_role("sqs:SendMessage"),
        "Machine": machine({"Call": state}, DefinitionSubstitutions={"Queue": {"Ref": "Queue"}}),
    }
    made = aws.deploy("trusted", resources, machine={"Ref": "Machine"}, role={"Ref": "MachineRole"})
    other = machine_role(service="lambda.amazonaws.com")["Properties"]["AssumeRolePolicyDocument"]

    aws.client("iam").update_assume_role_policy(
        RoleName=made["role"], PolicyDocument=json.dumps(other)
    )

    assert ended(aws, begin(aws, made["machine"]))["error"] == "States.Permissions"
