"""Keys of webhooks in SSM, and accepted signatures in DynamoDB."""

import time

import boto3
import pytest

from blockwork.runtime.http import Request
from blockwork.runtime.problems import ProblemError
from blockwork.runtime.webhook_signatures import sign
from blockwork.runtime.webhooks import ReplayTable, WebhookVerifier
from tests.integration.lost_answers import lose_first_answer

KEY = "a-key-that-both-sides-know"
BODY = b"{}"


@pytest.fixture
def verifier(aws: pytest.MonkeyPatch) -> WebhookVerifier:
    aws.setenv("WEBHOOK_KEYS_PARAMETER", "/shop/webhook-keys")
    aws.setenv("REPLAYS_TABLE", "replays")
    boto3.client("ssm").put_parameter(Name="/shop/webhook-keys", Value=KEY, Type="SecureString")
    boto3.client("dynamodb").create_table(
        TableName="replays",
        KeySchema=[{"AttributeName": "signature", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "signature", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return WebhookVerifier.from_environment()


def request() -> Request:
    return Request(headers={"x-webhook-signature": sign(KEY, BODY, at=time.time())}, body=BODY)


def test_a_call_comes_in_once(verifier: WebhookVerifier) -> None:
    call = request()
    with verifier.verified(call):
        pass

    with pytest.raises(ProblemError, match="accepted before"), verifier.verified(call):
        pytest.fail("it came in twice")
    # Another function's environment knows it as well.
    another = WebhookVerifier.from_environment()
    with pytest.raises(ProblemError, match="accepted before"), another.verified(call):
        pytest.fail("it came in twice")


def test_what_failed_comes_in_again(verifier: WebhookVerifier) -> None:
    call = request()
    with pytest.raises(ConnectionError), verifier.verified(call):
        raise ConnectionError

    with verifier.verified(call):
        pass


@pytest.mark.usefixtures("verifier")
def test_a_first_call_whose_answer_is_lost_is_no_replay() -> None:
    client = boto3.client("dynamodb")
    sent = lose_first_answer(client, "PutItem")

    assert ReplayTable(client, "replays").remember("f00d", until=1)
    assert len(sent) == 2
    assert not ReplayTable(client, "replays").remember("f00d", until=1)
