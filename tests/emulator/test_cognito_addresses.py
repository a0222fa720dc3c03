"""A new address of a user: when it counts, whose it may be, and who may refuse it."""

import re
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.emulator.people import PASSWORD, People, Post, user_pool
from tests.emulator.support import Aws, function, role

KEEPS = {"UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]}}
ANY_CASE = {"UsernameConfiguration": {"CaseSensitive": False}}
MESSAGES = """
def handler(event, context):
    address = event["request"]["userAttributes"]["email"]
    if address.endswith("@blocked.example"):
        raise ValueError("not here")
    code = event["request"]["codeParameter"]
    event["response"]["emailMessage"] = event["triggerSource"] + " " + code
    event["response"]["emailSubject"] = "Ours"
    return event
"""


def deployed(aws: Aws, stack: str, resources: dict[str, Any]) -> People:
    outputs = {"pool": {"Ref": "Pool"}, "client": {"Ref": "Client"}}
    return People(aws, aws.deploy(stack, resources, **outputs))


@pytest.fixture(scope="module")
def keeping(aws: Aws) -> People:
    return deployed(aws, "keeps-addresses", user_pool(**KEEPS, **ANY_CASE))


@pytest.fixture(scope="module")
def worded(aws: Aws) -> People:
    resources = {
        "Role": role(),
        "Trigger": function(MESSAGES),
        "Allowed": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": "Trigger"},
                "Principal": "cognito-idp.amazonaws.com",
                "SourceArn": {"Fn::GetAtt": ["Pool", "Arn"]},
            },
        },
        **user_pool(**KEEPS, LambdaConfig={"CustomMessage": {"Fn::GetAtt": ["Trigger", "Arn"]}}),
    }
    return deployed(aws, "worded-messages", resources)


@pytest.fixture
def post(aws: Aws, http: httpx.Client) -> Post:
    return Post(aws, http)


def access_of(people: People, email: str) -> dict[str, str]:
    return {"AccessToken": people.sign_in(email)["AuthenticationResult"]["AccessToken"]}


def change(people: People, access: dict[str, str], email: str) -> list[dict[str, str]]:
    """Ask for another address, and return where a code is said to have been sent."""
    answer = people.cognito.update_user_attributes(
        **access, UserAttributes=[{"Name": "email", "Value": email}]
    )
    told: list[dict[str, str]] = answer["CodeDeliveryDetailsList"]
    return told


def verify(people: People, access: dict[str, str], code: str) -> None:
    people.cognito.verify_user_attribute(**access, AttributeName="email", Code=code)


def address_of(people: People, username: str) -> tuple[str, str]:
    user = people.cognito.admin_get_user(UserPoolId=people.pool, Username=username)
    attributes = {one["Name"]: one["Value"] for one in user["UserAttributes"]}
    return attributes["email"], attributes["email_verified"]


def code_of(refused: pytest.ExceptionInfo[ClientError]) -> str:
    return str(refused.value.response["Error"]["Code"])


def test_a_new_address_counts_once_the_code_proves_it(keeping: People, post: Post) -> None:
    old, new = "ada@old.example", "ada@new.example"
    sub = keeping.invite(old)
    access = access_of(keeping, old)

    told = change(keeping, access, new)
    [code] = post.codes(new)
    assert address_of(keeping, sub) == (old, "true")
    with pytest.raises(ClientError, match="Incorrect username or password"):
        keeping.sign_in(new)
    with pytest.raises(ClientError) as wrong:
        verify(keeping, access, f"{(int(code) + 1) % 1_000_000:06}")
    verify(keeping, access, code)

    assert told == [
        {"Destination": "a****@n****", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
    ]
    assert post.texts(old) == []
    assert code_of(wrong) == "CodeMismatchException"
    assert address_of(keeping, sub) == (new, "true")
    assert keeping.prove(new)["AuthenticationResult"]
    with pytest.raises(ClientError, match="Incorrect username or password"):
        keeping.sign_in(old)
    with pytest.raises(ClientError) as used:
        verify(keeping, access, code)
    assert code_of(used) == "ExpiredCodeException"


def test_a_code_that_is_asked_for_again_replaces_the_first_one(keeping: People, post: Post) -> None:
    keeping.invite("bea@old.example")
    access = access_of(keeping, "bea@old.example")
    change(keeping, access, "bea@new.example")
    keeping.cognito.get_user_attribute_verification_code(**access, AttributeName="email")
    first, second = post.codes("bea@new.example", count=2)

    with pytest.raises(ClientError) as replaced:
        verify(keeping, access, first)
    verify(keeping, access, second)

    assert code_of(replaced) == "CodeMismatchException"
    assert address_of(keeping, "bea@new.example") == ("bea@new.example", "true")


def test_an_address_of_somebody_else_is_refused_in_any_case(keeping: People) -> None:
    keeping.invite("taken@example.com")
    sub = keeping.invite("wants@example.com")
    access = access_of(keeping, "wants@example.com")

    for wanted in ("taken@example.com", "Taken@Example.COM"):
        with pytest.raises(ClientError) as own:
            change(keeping, access, wanted)
        with pytest.raises(ClientError) as by_administrator:
            keeping.cognito.admin_update_user_attributes(
                UserPoolId=keeping.pool,
                Username=sub,
                UserAttributes=[
                    {"Name": "email", "Value": wanted},
                    {"Name": "email_verified", "Value": "true"},
                ],
            )
        assert code_of(own) == code_of(by_administrator) == "AliasExistsException"
    assert address_of(keeping, sub)[0] == "wants@example.com"


def test_an_address_that_was_taken_meanwhile_is_refused(keeping: People, post: Post) -> None:
    keeping.invite("cem@old.example")
    access = access_of(keeping, "cem@old.example")
    change(keeping, access, "Wanted@new.example")
    [code] = post.codes("Wanted@new.example")
    keeping.invite("wanted@new.example")

    with pytest.raises(ClientError) as late:
        verify(keeping, access, code)

    assert code_of(late) == "AliasExistsException"
    assert address_of(keeping, "cem@old.example") == ("cem@old.example", "true")


def test_the_same_address_again_brings_no_code(keeping: People, post: Post) -> None:
    keeping.invite("dee@old.example")

    assert change(keeping, access_of(keeping, "dee@old.example"), "dee@old.example") == []
    assert address_of(keeping, "dee@old.example") == ("dee@old.example", "true")


def test_an_administrator_answers_for_an_address(keeping: People) -> None:
    sub = keeping.invite("eve@old.example")

    keeping.cognito.admin_update_user_attributes(
        UserPoolId=keeping.pool,
        Username=sub,
        UserAttributes=[
            {"Name": "email", "Value": "eve@new.example"},
            {"Name": "email_verified", "Value": "true"},
        ],
    )

    assert address_of(keeping, sub) == ("eve@new.example", "true")


def test_a_pool_that_does_not_keep_addresses_takes_the_new_one_as_unverified(
    aws: Aws, post: Post
) -> None:
    people = deployed(aws, "replaces-addresses", user_pool())
    sub = people.invite("fay@old.example")
    access = access_of(people, "fay@old.example")

    change(people, access, "fay@new.example")
    before = address_of(people, sub)
    verify(people, access, post.codes("fay@new.example")[0])

    assert before == ("fay@new.example", "false")
    assert address_of(people, sub) == ("fay@new.example", "true")


def test_a_function_words_every_message(worded: People, post: Post) -> None:
    email = "worded@example.com"
    who = {"ClientId": worded.client_id, "Username": email}
    worded.sign_up(email)
    worded.cognito.resend_confirmation_code(**who)
    [_, code] = post.codes(email, count=2)
    worded.cognito.confirm_sign_up(**who, ConfirmationCode=code)
    worded.cognito.forgot_password(**who)
    access = access_of(worded, email)
    change(worded, access, "reworded@example.com")
    worded.cognito.get_user_attribute_verification_code(**access, AttributeName="email")
    post.codes(email, count=3)
    post.codes("reworded@example.com", count=2)

    texts = post.texts(email) + post.texts("reworded@example.com")

    sources = ["SignUp", "ResendCode", "ForgotPassword", "UpdateUserAttribute"]
    sources.append("VerifyUserAttribute")
    for text, source in zip(texts, sources, strict=True):
        assert re.fullmatch(rf"CustomMessage_{source} \d{{6}}\s*", text)


def test_a_message_that_the_function_refuses_changes_nothing(worded: People, post: Post) -> None:
    email = "stays@example.com"
    worded.invite(email)
    access = access_of(worded, email)

    with pytest.raises(ClientError) as refused:
        change(worded, access, "stays@blocked.example")

    assert refused.value.response["Error"] == {
        "Code": "UserLambdaValidationException",
        "Message": "CustomMessage failed with error not here.",
    }
    assert address_of(worded, email) == (email, "true")
    assert post.texts("stays@blocked.example") == []
    worded.cognito.get_user_attribute_verification_code(**access, AttributeName="email")
    assert post.codes(email)


def test_who_has_no_token_changes_and_verifies_nothing(keeping: People) -> None:
    for access in ({"AccessToken": "nonsense"}, {"AccessToken": PASSWORD}):
        with pytest.raises(keeping.cognito.exceptions.NotAuthorizedException):
            change(keeping, access, "nobody@example.com")
        with pytest.raises(keeping.cognito.exceptions.NotAuthorizedException):
            verify(keeping, access, "123456")
