"""What the emulator's tests say to it, and the resources they deploy."""

import base64
import json
from collections.abc import Callable
from typing import Any, TypeVar, cast

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from blockwork.local.launch import REGION
from tests import waiting
from tests.aws_clients import client_of

T = TypeVar("T")


class Aws:
    """What tests say to an emulator."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.endpoint = f"http://127.0.0.1:{port}"
        self.edge = f"http://127.0.0.1:{port + 1}"
        self.site = f"http://localhost:{port + 1}"

    def client(
        self,
        service: Any,
        key: str = "test",
        secret: str = "test",
        *,
        endpoint: str = "",
        region: str = REGION,
    ) -> Any:
        """Return a client; with `test`, or an account's id as the key, it may do everything."""
        return client_of(
            service, endpoint=endpoint or self.endpoint, region=region, key_id=key, secret=secret
        )

    def deploy(self, stack: str, resources: dict[str, Any], **outputs: Any) -> dict[str, str]:
        """Make or update a stack, wait for it, and return its outputs."""
        self.begin(stack, resources, **outputs)
        waiting.eventually(lambda: self._progress(stack), until=lambda seen: seen[0])
        return self.outputs(stack)

    def begin(self, stack: str, resources: dict[str, Any], **outputs: Any) -> None:
        """Let a stack be made or updated."""
        cloudformation = self.client("cloudformation")
        template = {
            "Resources": resources,
            "Outputs": {name: {"Value": value} for name, value in outputs.items()},
        }
        request = {
            "StackName": stack,
            "TemplateBody": json.dumps(template),
            "Capabilities": ["CAPABILITY_IAM"],
        }
        try:
            cloudformation.create_stack(**request)
        except cloudformation.exceptions.AlreadyExistsException:
            cloudformation.update_stack(**request)

    def outputs(self, stack: str) -> dict[str, str]:
        """Return what a stack exports."""
        described = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        return {out["OutputKey"]: out["OutputValue"] for out in described.get("Outputs", [])}

    def _progress(self, stack: str) -> tuple[bool, int]:
        """Return whether it is finished, and how much has happened."""
        cloudformation = self.client("cloudformation")
        described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
        status = described["StackStatus"]
        assert "FAILED" not in status, described.get("StackStatusReason", status)
        assert "ROLLBACK" not in status, described.get("StackStatusReason", status)
        happened = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
        return status.endswith("_COMPLETE"), len(happened)


def eventually(look: Callable[[], T | None]) -> T:
    """Wait as `tests.waiting.eventually` does, for what is there then."""
    return cast(T, waiting.eventually(look))


def presigned(endpoint: str, action: str, **parameters: str) -> str:
    """Return an address of SQS's API that does something as soon as it is asked for."""
    asked = AWSRequest("GET", f"{endpoint}/", params={"Action": action, **parameters})
    SigV4QueryAuth(Credentials("test", "test"), "sqs", REGION).add_auth(asked)
    return str(asked.prepare().url)


def invoke(aws: Aws, name: str, /, **event: str) -> dict[str, Any]:
    """Call a function and return its `answer` and its `log`."""
    answer = aws.client("lambda").invoke(
        FunctionName=name, Payload=json.dumps(event), LogType="Tail"
    )
    log = base64.b64decode(answer.get("LogResult", "")).decode()
    return {"answer": json.loads(answer["Payload"].read()), "log": log}


def role(*actions: str) -> dict[str, Any]:
    """Return a role for a function, allowed `actions` on everything."""
    allowed = ["logs:CreateLogStream", "logs:PutLogEvents", *actions]
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            "Policies": [
                {
                    "PolicyName": "Allowed",
                    "PolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [{"Effect": "Allow", "Action": allowed, "Resource": "*"}],
                    },
                }
            ],
        },
    }


def function(source: str, **properties: Any) -> dict[str, Any]:
    """Return a Python function from its source; its role is the resource `Role`."""
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"ZipFile": source},
            "Timeout": 20,
            **properties,
        },
    }


def chain() -> dict[str, Any]:
    """Return a topic `Topic` that hands its messages over to a queue `Failed`, as they are."""
    senders = ["sns.amazonaws.com", "events.amazonaws.com"]
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": senders},
        "Action": "sqs:SendMessage",
        "Resource": "*",
    }
    return {
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Failed": {"Type": "AWS::SQS::Queue"},
        "FailedPolicy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {
                "Queues": [{"Ref": "Failed"}],
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [allowed]},
            },
        },
        "Subscription": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                "TopicArn": {"Ref": "Topic"},
                "Protocol": "sqs",
                "Endpoint": {"Fn::GetAtt": ["Failed", "Arn"]},
                "RawMessageDelivery": True,
            },
        },
    }


def received(aws: Aws, queue_url: str) -> dict[str, Any]:
    """Wait for a message, take it out of the queue, and return its `body` and `attributes`."""
    sqs = aws.client("sqs")
    request = {"QueueUrl": queue_url, "MessageAttributeNames": ["All"]}
    message = eventually(lambda: sqs.receive_message(**request).get("Messages"))[0]
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    attributes = message.get("MessageAttributes", {})
    return {
        "body": json.loads(message["Body"]),
        "attributes": {name: value["StringValue"] for name, value in attributes.items()},
    }
