"""The function as Lambda calls it, with a table and a mail service."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends
from notifications.handlers.welcome_mail import handler
from shared.events import UserSignedUp

from blockwork.runtime.envelope import Envelope
from tests.unit.blockwork.runtime.bus_events import delivered
from tests.unit.lambda_src.events import CONTEXT

EVENT = delivered(
    Envelope.of(UserSignedUp(user_id="u1", email="ada@example.com"), correlation_id="c1")
)


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    monkeypatch.setenv("IDEMPOTENCY_TABLE", "once")
    monkeypatch.setenv("MAIL_SENDER", "hello@blockwork.example")
    with mock_aws():
        boto3.client("dynamodb").create_table(
            TableName="once",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield


def sent() -> list[Any]:
    return list(ses_backends[DEFAULT_ACCOUNT_ID]["eu-west-2"].sent_messages)


def test_the_mail_waits_for_a_sender_that_is_known_and_is_then_sent_once() -> None:
    with pytest.raises(ClientError, match="MessageRejected"):
        handler(EVENT, CONTEXT)
    assert sent() == []

    boto3.client("sesv2").create_email_identity(EmailIdentity="hello@blockwork.example")
    handler(EVENT, CONTEXT)
    handler(EVENT | {"replay-name": "last-hour"}, CONTEXT)

    (message,) = sent()
    assert message.destinations["ToAddresses"] == ["ada@example.com"]
    assert message.source == "hello@blockwork.example"
