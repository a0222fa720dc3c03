"""An alarm tells people only where its topic, and the topic's key, let it."""

import json
from typing import Any

import httpx
import pytest

from tests.emulator.policies import USE, key, let, policy
from tests.emulator.support import Aws, eventually

DENY_PLAIN_HTTP = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sns:Publish",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
PUBLISH = let("cloudwatch", "sns:Publish")
ELSEWHERE = let("cloudwatch", "sns:Publish", account="999999999999")


class Mailbox:
    """The mails of the outside world."""

    def __init__(self, aws: Aws, http: httpx.Client) -> None:
        self._url, self._http = f"http://127.0.0.1:{aws.port + 2}/mails", http

    def of(self, address: str) -> list[dict[str, Any]]:
        return [mail for mail in self._http.get(self._url).json() if mail["to"] == [address]]


@pytest.fixture
def mailbox(aws: Aws, http: httpx.Client) -> Mailbox:
    return Mailbox(aws, http)


def alarmed(
    name: str, topic_policy: list[dict[str, Any]], key_policy: list[dict[str, Any]] | None
) -> dict[str, Any]:
    """Return an alarm whose topic mails to an address of that name."""
    topic = {} if key_policy is None else {"KmsMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]}}
    return {
        **({} if key_policy is None else {"Key": key(*key_policy)}),
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": topic},
        **policy("Topic", "Topic", *topic_policy),
        "Subscription": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                "TopicArn": {"Ref": "Topic"},
                "Protocol": "email",
                "Endpoint": f"{name}@example.org",
            },
        },
        "Alarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmName": name,
                "Namespace": "Test",
                "MetricName": name,
                "Statistic": "Sum",
                "Period": 60,
                "EvaluationPeriods": 1,
                "Threshold": 1,
                "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "TreatMissingData": "ignore",
                "AlarmActions": [{"Ref": "Topic"}],
            },
        },
    }


def set_off(aws: Aws, name: str) -> None:
    aws.client("cloudwatch").set_alarm_state(
        AlarmName=name, StateValue="ALARM", StateReason="a test"
    )


@pytest.mark.parametrize(
    ("name", "topic_policy", "key_policy"),
    [
        ("alarm-default-policy", [], None),
        ("alarm-allowed", [DENY_PLAIN_HTTP, PUBLISH], None),
        ("alarm-allowed-with-key", [PUBLISH], [let("cloudwatch", *USE)]),
    ],
)
def test_an_alarm_reaches_the_mailbox_where_topic_and_key_let_it(
    aws: Aws, mailbox: Mailbox, name: str, topic_policy: Any, key_policy: Any
) -> None:
    aws.deploy(name, alarmed(name, topic_policy, key_policy))

    set_off(aws, name)

    (mail,) = eventually(lambda: mailbox.of(f"{name}@example.org"))
    assert mail["from"] == "AWS Notifications <no-reply@sns.amazonaws.com>"
    assert mail["subject"].startswith(f'ALARM: "{name}"')
    assert json.loads(mail["text"])["NewStateReason"] == "a test"


@pytest.mark.parametrize(
    ("name", "topic_policy", "key_policy"),
    [
        ("alarm-deny-alone", [DENY_PLAIN_HTTP], None),
        ("alarm-of-another-account", [DENY_PLAIN_HTTP, ELSEWHERE], None),
        ("alarm-without-key", [PUBLISH], []),
        ("alarm-with-half-a-key", [PUBLISH], [let("cloudwatch", "kms:Decrypt")]),
    ],
)
def test_an_alarm_that_topic_or_key_do_not_let_reaches_nobody_and_its_history_says_so(
    aws: Aws, mailbox: Mailbox, name: str, topic_policy: Any, key_policy: Any
) -> None:
    made = aws.deploy(name, alarmed(name, topic_policy, key_policy), topic={"Ref": "Topic"})

    set_off(aws, name)

    history = aws.client("cloudwatch").describe_alarm_history(
        AlarmName=name, HistoryItemType="Action"
    )["AlarmHistoryItems"]
    assert "not authorized to perform: SNS:Publish" in history[0]["HistorySummary"]
    # Mails leave one after the other: nothing is on its way before this one.
    aws.client("sns").publish(TopicArn=made["topic"], Message="later", Subject="later")
    told = eventually(lambda: mailbox.of(f"{name}@example.org"))
    assert [mail["subject"] for mail in told] == ["later"]
