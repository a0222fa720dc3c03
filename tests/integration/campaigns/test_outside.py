"""The functions that know the audience, the state machine, and what wakes it."""

import json
from io import BytesIO
from typing import Any

import boto3
import msgspec
import pytest
from campaigns.adapters.audience import SubscriberFunctions
from campaigns.adapters.readership import AudienceUnavailableError
from campaigns.adapters.workflow import Workflow
from campaigns.domain.campaign import Reason
from campaigns.domain.outside import AudiencePage, Described, Subscriber

ADA = {"userId": "u1", "email": "ada@example.org", "unsubscribeUrl": "https://x.example/?t=1"}


class Functions:
    """A Lambda client whose functions answer what they are told to."""

    def __init__(self, answer: object, error: str | None = None) -> None:
        self.asked: list[tuple[str, Any]] = []
        self._answer = answer
        self._error: dict[str, str] = {"FunctionError": error} if error else {}

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        self.asked.append((FunctionName, json.loads(Payload)))
        return {"Payload": BytesIO(json.dumps(self._answer).encode()), **self._error}


def audience(functions: Functions) -> SubscriberFunctions:
    return SubscriberFunctions(functions, list_function="list", describe_function="describe")


def test_the_audience_comes_page_by_page() -> None:
    functions = Functions({"userIds": ["u1", "u2"], "nextToken": "n"})
    page = audience(functions).page(limit=2, next_token=None)
    audience(functions).page(limit=2, next_token="n")

    assert page == AudiencePage(user_ids=("u1", "u2"), next_token="n")
    assert functions.asked == [
        ("list", {"limit": 2}),
        ("list", {"limit": 2, "nextToken": "n"}),
    ]
    assert audience(Functions({"userIds": []})).page(limit=2, next_token=None).next_token is None


def test_who_has_left_is_told_apart() -> None:
    functions = Functions({"subscribers": [ADA], "others": [{"userId": "u2", "reason": "DELETED"}]})

    assert audience(functions).describe(["u1", "u2"]) == Described(
        subscribers=(
            Subscriber(
                user_id="u1", email="ada@example.org", unsubscribe_url="https://x.example/?t=1"
            ),
        ),
        left={"u2": Reason.DELETED},
    )
    assert functions.asked == [("describe", {"userIds": ["u1", "u2"]})]


def test_a_function_that_fails_says_nothing_of_anybody() -> None:
    functions = Functions({"errorMessage": "ada@example.org"}, error="Unhandled")

    with pytest.raises(AudienceUnavailableError, match="describe has failed: Unhandled"):
        audience(functions).describe(["u1"])
    with pytest.raises(msgspec.ValidationError):
        audience(Functions({"userIds": None})).page(limit=1, next_token=None)


def test_an_execution_is_started_once_for_each_campaign(aws: pytest.MonkeyPatch) -> None:
    client = boto3.client("stepfunctions")
    arn = client.create_state_machine(
        name="campaigns",
        definition=json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}),
        roleArn="arn:aws:iam::123456789012:role/any",
    )["stateMachineArn"]
    aws.setenv("WORKFLOW_ARN", arn)
    workflow = Workflow.from_environment()
    for _ in range(2):
        workflow.start("c1", correlation_id="x1")

    (execution,) = client.list_executions(stateMachineArn=arn)["executions"]
    assert execution["name"] == "c1"
    described = client.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(described["input"]) == {"campaignId": "c1", "correlationId": "x1"}
