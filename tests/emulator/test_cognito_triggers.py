"""Functions that a user pool calls: when, with what, and what becomes of their errors."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from blockwork.local.launch import Emulator
from blockwork.local.toolchain import Toolchain
from tests.conftest import free_port
from tests.emulator.people import PASSWORD, People, Post, claims, user_pool
from tests.emulator.support import Aws, function, received, role

TRIGGER = """
import json, os, time
import boto3

sqs = boto3.client("sqs")

def handler(event, context):
    sqs.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=json.dumps(event))
    email = event["request"]["userAttributes"]["email"]
    if email.startswith("refused"):
        raise ValueError("no " + email)
    if email.startswith("slow"):
        time.sleep(60)
    value = 7 if email.startswith("broken") else "read:tariffs"
    if event["triggerSource"].startswith("TokenGeneration"):
        event["response"]["claimsOverrideDetails"] = {
            "claimsToAddOrOverride": {"permissions": value}
        }
    return event
"""
ALLOWED = {
    "Type": "AWS::Lambda::Permission",
    "Properties": {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": "Trigger"},
        "Principal": "cognito-idp.amazonaws.com",
        "SourceArn": {"Fn::GetAtt": ["Pool", "Arn"]},
    },
}


def resources(*triggers: str) -> dict[str, Any]:
    calls = {name: {"Fn::GetAtt": ["Trigger", "Arn"]} for name in triggers}
    return {
        "Role": role("sqs:SendMessage"),
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Trigger": function(
            TRIGGER,
            Timeout=20,
            Environment={"Variables": {"QUEUE_URL": {"Ref": "Queue"}}},
        ),
        **user_pool(LambdaConfig=calls),
    }


def deployed(aws: Aws, stack: str, template: dict[str, Any]) -> dict[str, str]:
    names = ("Pool", "Client", "Queue", "Trigger")
    return aws.deploy(stack, template, **{name.lower(): {"Ref": name} for name in names})


@pytest.fixture(scope="module")
def made(aws: Aws) -> dict[str, str]:
    names = ("PreSignUp", "PostConfirmation")
    return deployed(aws, "sign-up-triggers", {**resources(*names), "Allowed": ALLOWED})


@pytest.fixture(scope="module")
def made_for_tokens(aws: Aws) -> dict[str, str]:
    template = {**resources("PreTokenGeneration"), "Allowed": ALLOWED}
    return deployed(aws, "token-triggers", template)


@pytest.fixture
def people(aws: Aws, made: dict[str, str]) -> People:
    aws.client("sqs").purge_queue(QueueUrl=made["queue"])
    return People(aws, made)


@pytest.fixture
def holders(aws: Aws, made_for_tokens: dict[str, str]) -> People:
    aws.client("sqs").purge_queue(QueueUrl=made_for_tokens["queue"])
    return People(aws, made_for_tokens)


def test_a_sign_up_is_checked_before_and_followed_by_its_confirmation(
    aws: Aws, made: dict[str, str], people: People
) -> None:
    sub = people.sign_up("ada@example.com")["UserSub"]
    before = received(aws, made["queue"])["body"]
    people.cognito.admin_confirm_sign_up(UserPoolId=people.pool, Username="ada@example.com")
    after = received(aws, made["queue"])["body"]

    assert before["triggerSource"] == "PreSignUp_SignUp"
    assert before["request"]["userAttributes"] == {"email": "ada@example.com"}
    assert after.pop("callerContext")["clientId"] == "CLIENT_ID_NOT_APPLICABLE"
    assert after == {
        "version": "1",
        "triggerSource": "PostConfirmation_ConfirmSignUp",
        "region": "eu-west-2",
        "userPoolId": people.pool,
        "userName": sub,
        "request": {
            "userAttributes": {
                "sub": sub,
                "email": "ada@example.com",
                "cognito:user_status": "CONFIRMED",
            }
        },
        "response": {},
    }


def test_the_right_code_is_followed_by_the_function_too(
    aws: Aws, made: dict[str, str], people: People, http: httpx.Client
) -> None:
    email, post = "coded@example.com", Post(aws, http)
    who = {"ClientId": people.client_id, "Username": email}
    people.sign_up(email)
    received(aws, made["queue"])
    people.cognito.confirm_sign_up(**who, ConfirmationCode=post.codes(email)[0])
    signed_up = received(aws, made["queue"])["body"]
    people.cognito.forgot_password(**who)
    code = post.codes(email, count=2)[1]
    people.cognito.confirm_forgot_password(**who, ConfirmationCode=code, Password=PASSWORD)
    recovered = received(aws, made["queue"])["body"]

    assert signed_up["triggerSource"] == "PostConfirmation_ConfirmSignUp"
    assert recovered["triggerSource"] == "PostConfirmation_ConfirmForgotPassword"
    for event in (signed_up, recovered):
        assert event["callerContext"]["clientId"] == people.client_id
        assert event["request"]["userAttributes"]["email_verified"] == "true"


def test_who_is_confirmed_is_not_confirmed_again(people: People) -> None:
    people.sign_up("again@example.com")
    again = {"UserPoolId": people.pool, "Username": "again@example.com"}
    people.cognito.admin_confirm_sign_up(**again)

    with pytest.raises(ClientError, match="Current status is CONFIRMED"):
        people.cognito.admin_confirm_sign_up(**again)


def test_a_sign_up_that_the_function_refuses_leaves_no_user_and_says_why(people: People) -> None:
    with pytest.raises(ClientError) as refused:
        people.sign_up("refused@example.com")

    assert refused.value.response["Error"] == {
        "Code": "UserLambdaValidationException",
        "Message": "PreSignUp failed with error no refused@example.com.",
    }
    with pytest.raises(people.cognito.exceptions.UserNotFoundException):
        people.cognito.admin_get_user(UserPoolId=people.pool, Username="refused@example.com")


def test_a_function_that_takes_too_long_is_asked_three_times(tmp_path: Path) -> None:
    hasty = Emulator(tmp_path, settings={"COGNITO_TRIGGER_SECONDS": "1"})
    port = free_port()
    hasty.start(port=port, python=Toolchain().emulator_environment())
    try:
        aws = Aws(port)
        made = deployed(aws, "slow", {**resources("PreSignUp"), "Allowed": ALLOWED})

        with pytest.raises(ClientError, match="Socket timeout while invoking Lambda") as refused:
            People(aws, made).sign_up("slow@example.com")

        log = f"/aws/lambda/{made['trigger']}"
        lines = aws.client("logs").filter_log_events(logGroupName=log)["events"]
    finally:
        hasty.stop()
    assert refused.value.response["Error"]["Code"] == "UnexpectedLambdaException"
    assert sum(line["message"].startswith("START ") for line in lines) == 3


def test_every_way_to_sign_in_asks_for_claims(
    aws: Aws, made_for_tokens: dict[str, str], holders: People
) -> None:
    sub = holders.invite("bea@example.com")
    group = {"UserPoolId": holders.pool, "GroupName": "readers"}
    holders.cognito.create_group(**group)
    holders.cognito.admin_add_user_to_group(**group, Username=sub)
    admin = {"UserPoolId": holders.pool, "ClientId": holders.client_id}
    password = {"USERNAME": "bea@example.com", "PASSWORD": PASSWORD}
    ways: list[Callable[[], Any]] = [
        lambda: holders.sign_in("bea@example.com")["AuthenticationResult"],
        lambda: holders.prove("bea@example.com")["AuthenticationResult"],
        lambda: holders.cognito.admin_initiate_auth(
            **admin, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters=password
        )["AuthenticationResult"],
    ]

    for way in ways:
        tokens = way()
        event = received(aws, made_for_tokens["queue"])["body"]
        assert event["triggerSource"] == "TokenGeneration_Authentication"
        assert event["request"]["groupConfiguration"]["groupsToOverride"] == ["readers"]
        assert event["request"]["userAttributes"] == {
            "sub": sub,
            "email": "bea@example.com",
            "email_verified": "true",
            "cognito:user_status": "CONFIRMED",
        }
        assert claims(tokens["IdToken"])["permissions"] == "read:tariffs"
        assert "permissions" not in claims(tokens["AccessToken"])


def test_a_refreshed_token_asks_for_claims_again(
    aws: Aws, made_for_tokens: dict[str, str], holders: People
) -> None:
    holders.invite("cem@example.com")
    first = holders.sign_in("cem@example.com")["AuthenticationResult"]
    received(aws, made_for_tokens["queue"])

    again = holders.refresh(first["RefreshToken"])

    event = received(aws, made_for_tokens["queue"])["body"]
    assert event["triggerSource"] == "TokenGeneration_RefreshTokens"
    assert claims(again["IdToken"])["permissions"] == "read:tariffs"


def test_a_first_password_asks_for_claims(
    aws: Aws, made_for_tokens: dict[str, str], holders: People
) -> None:
    holders.cognito.admin_create_user(
        UserPoolId=holders.pool,
        Username="dee@example.com",
        TemporaryPassword=PASSWORD,
        MessageAction="SUPPRESS",
    )
    challenge = holders.sign_in("dee@example.com")
    new = {"USERNAME": "dee@example.com", "NEW_PASSWORD": "Another-horse-8"}

    answer = holders.respond("NEW_PASSWORD_REQUIRED", new, challenge["Session"])

    event = received(aws, made_for_tokens["queue"])["body"]
    assert event["triggerSource"] == "TokenGeneration_NewPasswordChallenge"
    assert claims(answer["AuthenticationResult"]["IdToken"])["permissions"] == "read:tariffs"


@pytest.mark.parametrize(
    ("email", "error", "text"),
    [
        (
            "refused@example.com",
            "UserLambdaValidationException",
            "PreTokenGeneration failed with error no refused@example.com.",
        ),
        ("broken@example.com", "InvalidLambdaResponseException", "Unrecognizable lambda output"),
    ],
)
def test_without_an_answer_that_cognito_understands_there_is_no_token(
    holders: People, email: str, error: str, text: str
) -> None:
    holders.invite(email)

    with pytest.raises(ClientError) as refused:
        holders.sign_in(email)

    assert refused.value.response["Error"] == {"Code": error, "Message": text}


def test_a_function_that_does_not_let_cognito_call_it_is_not_called(aws: Aws) -> None:
    people = People(aws, deployed(aws, "no-permission", resources("PreSignUp")))

    with pytest.raises(ClientError, match="invocation failed due to error AccessDeniedException"):
        people.sign_up("eve@example.com")
