from typing import Any

import pytest

from constructs_lib.checks.policies import Request, allows

QUEUE = "arn:aws:sqs:eu-west-2:111111111111:failures"
TOPIC = "arn:aws:sns:eu-west-2:111111111111:news"
ROLE = "arn:aws:iam::111111111111:role/mailer"
SNS = {"Service": "sns.amazonaws.com"}
LET = {"Effect": "Allow", "Principal": SNS, "Action": "sqs:SendMessage", "Resource": QUEUE}


def request(**more: Any) -> Request:
    context = {"aws:sourcearn": TOPIC, "aws:sourceaccount": "111111111111"}
    asked: dict[str, Any] = {
        "principal": "sns.amazonaws.com",
        "action": "sqs:SendMessage",
        "resource": QUEUE,
        "context": {**context, "aws:securetransport": "true"},
    }
    return Request(**{**asked, **more})


def met(operator: str, key: str, value: object) -> bool:
    return allows([{**LET, "Condition": {operator: {key: value}}}], request())


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"Action": "sqs:*"},
        {"Action": "SQS:sendmessage"},
        {"Action": ["sqs:ReceiveMessage", "sqs:Send*"]},
        {"Action": "*"},
        {"Principal": "*"},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"Service": ["s3.amazonaws.com", "sns.amazonaws.com"]}},
        {"Resource": "*"},
        {"Resource": ["arn:aws:sqs:*:111111111111:fail?res"]},
    ],
)
def test_a_statement_that_fits_allows(change: dict[str, Any]) -> None:
    assert allows([{**LET, **change}], request())


@pytest.mark.parametrize(
    "change",
    [
        {"Effect": "Deny"},
        {"Action": "sqs:ReceiveMessage"},
        {"Action": []},
        {"Principal": {"Service": "s3.amazonaws.com"}},
        {"Principal": {"AWS": ROLE}},
        {"Principal": {"Federated": "sns.amazonaws.com"}},
        {"Resource": f"{QUEUE}-other"},
        {"Resource": "arn:aws:sqs:eu-west-2:111111111111:fail"},
        {"Resource": QUEUE.upper()},
    ],
)
def test_a_statement_that_does_not_fit_allows_nothing(change: dict[str, Any]) -> None:
    assert not allows([{**LET, **change}], request())


def test_what_is_excepted_is_not_allowed() -> None:
    plain = {key: value for key, value in LET.items() if key not in ("Action", "Resource")}

    assert allows([{**plain, "NotAction": "sqs:Delete*", "NotResource": TOPIC}], request())
    assert not allows([{**plain, "NotAction": "sqs:Send*", "Resource": "*"}], request())
    assert not allows([{**plain, "Action": "*", "NotResource": QUEUE}], request())
    assert not allows([{"Effect": "Allow", "NotPrincipal": SNS, "Action": "*"}], request())
    others = {"Service": "s3.amazonaws.com"}
    assert allows([{"Effect": "Allow", "NotPrincipal": others, "Action": "*"}], request())


def test_a_denial_wins() -> None:
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    deny = {**LET, "Effect": "Deny", "Principal": "*"}

    assert not allows([LET, deny], request())
    assert allows([LET, {**deny, "Condition": insecure}], request())


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("ArnEquals", "aws:SourceArn", TOPIC),
        ("ArnLike", "AWS:SourceArn", "arn:aws:sns:*:*:news"),
        ("StringLike", "aws:SourceArn", ["arn:aws:s3:::*", "arn:aws:sns:*"]),
        ("StringEquals", "aws:sourceaccount", "111111111111"),
        ("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1"),
        ("StringNotEquals", "aws:PrincipalOrgID", "o-1"),
        ("StringNotLike", "aws:SourceArn", "arn:aws:s3:::*"),
        ("ForAllValues:StringEquals", "aws:TagKeys", "a"),
        ("Bool", "aws:SecureTransport", True),
        ("Null", "aws:PrincipalOrgID", "true"),
        ("Null", "aws:SourceArn", False),
    ],
)
def test_a_condition_that_holds_lets_the_statement_allow(
    operator: str, key: str, value: object
) -> None:
    assert met(operator, key, value)


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("ArnEquals", "aws:SourceArn", f"{TOPIC}-other"),
        ("StringEquals", "aws:SourceArn", "arn:aws:sns:*"),
        ("StringEquals", "aws:SourceAccount", ["222222222222"]),
        ("StringEquals", "aws:PrincipalOrgID", "o-1"),
        ("StringNotEquals", "aws:SourceAccount", "111111111111"),
        ("ForAnyValue:StringEquals", "aws:TagKeys", "a"),
        ("Bool", "aws:SecureTransport", "false"),
        ("NumericLessThan", "s3:TlsVersion", 1.2),
        ("Null", "aws:SourceArn", "true"),
        ("DateGreaterThan", "aws:SourceAccount", "2030-01-01T00:00:00Z"),
    ],
)
def test_a_condition_that_does_not_hold_or_is_not_known_does_not(
    operator: str, key: str, value: object
) -> None:
    assert not met(operator, key, value)


def test_what_is_denied_by_a_condition_that_is_not_known_is_denied() -> None:
    unknown = {"DateGreaterThan": {"aws:SourceAccount": "2030-01-01T00:00:00Z"}}

    assert not allows([LET, {**LET, "Effect": "Deny", "Condition": unknown}], request())


def test_a_role_is_meant_by_its_arn_its_account_or_everybody() -> None:
    for name in (ROLE, "arn:aws:iam::111111111111:root", "111111111111", "*"):
        assert allows([{**LET, "Principal": {"AWS": name}}], request(principal=ROLE))
    for name in ("arn:aws:iam::222222222222:root", f"{ROLE}2"):
        assert not allows([{**LET, "Principal": {"AWS": name}}], request(principal=ROLE))
