"""Codes and invitations that a user pool mails, and what they are good for."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from botocore.exceptions import ClientError

from blockwork.local.launch import Emulator
from blockwork.local.toolchain import Toolchain
from tests.conftest import free_port
from tests.emulator.people import PASSWORD, People, Post, user_pool
from tests.emulator.support import Aws, eventually

NEW_PASSWORD = "Another-horse-8"


def deployed(aws: Aws) -> People:
    outputs = {"pool": {"Ref": "Pool"}, "client": {"Ref": "Client"}}
    return People(aws, aws.deploy("codes", user_pool(), **outputs))


@pytest.fixture(scope="module")
def people(aws: Aws) -> People:
    return deployed(aws)


@pytest.fixture
def post(aws: Aws, http: httpx.Client) -> Post:
    return Post(aws, http)


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[tuple[People, Post]]:
    """People of a pool whose codes expire at once."""
    at_once = {"SIGN_UP_CODE_SECONDS": "0", "RECOVERY_CODE_SECONDS": "0"}
    emulator = Emulator(tmp_path, settings=at_once)
    port = free_port()
    emulator.start(port=port, python=Toolchain().emulator_environment())
    with httpx.Client(trust_env=False) as client:
        yield deployed(Aws(port)), Post(Aws(port), client)
    emulator.stop()


def confirm(people: People, email: str, code: str) -> None:
    people.cognito.confirm_sign_up(ClientId=people.client_id, Username=email, ConfirmationCode=code)


def recover(people: People, email: str, code: str) -> None:
    people.cognito.confirm_forgot_password(
        ClientId=people.client_id, Username=email, ConfirmationCode=code, Password=NEW_PASSWORD
    )


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def error(refused: pytest.ExceptionInfo[ClientError]) -> str:
    return str(refused.value.response["Error"]["Code"])


def test_only_the_code_that_was_mailed_confirms_a_sign_up(people: People, post: Post) -> None:
    email = "ada@post.example"
    people.sign_up(email)
    [code] = post.codes(email)

    with pytest.raises(ClientError) as unconfirmed:
        people.sign_in(email)
    with pytest.raises(ClientError) as wrong:
        confirm(people, email, other_than(code))
    confirm(people, email, code)

    assert error(unconfirmed) == "UserNotConfirmedException"
    assert error(wrong) == "CodeMismatchException"
    assert people.sign_in(email)["AuthenticationResult"]["IdToken"]
    user = people.cognito.admin_get_user(UserPoolId=people.pool, Username=email)
    assert {"Name": "email_verified", "Value": "true"} in user["UserAttributes"]


def test_a_code_that_is_asked_for_again_replaces_the_first(people: People, post: Post) -> None:
    email = "bea@post.example"
    people.sign_up(email)
    again = {"ClientId": people.client_id, "Username": email}
    people.cognito.resend_confirmation_code(**again)
    first, second = post.codes(email, count=2)

    assert first != second
    with pytest.raises(ClientError) as replaced:
        confirm(people, email, first)
    confirm(people, email, second)
    with pytest.raises(ClientError, match="already confirmed"):
        people.cognito.resend_confirmation_code(**again)

    assert error(replaced) == "CodeMismatchException"


def test_codes_differ_from_user_to_user(people: People, post: Post) -> None:
    emails = [f"different-{number}@post.example" for number in range(4)]
    for email in emails:
        people.sign_up(email)

    assert len({post.codes(email)[0] for email in emails}) > 1


def test_a_forgotten_password_is_replaced_once_by_the_code_that_was_mailed(
    people: People, post: Post
) -> None:
    email = "cem@post.example"
    people.invite(email)
    people.cognito.forgot_password(ClientId=people.client_id, Username=email)
    [code] = post.codes(email)

    with pytest.raises(ClientError) as wrong:
        recover(people, email, other_than(code))
    recover(people, email, code)
    with pytest.raises(ClientError) as used:
        recover(people, email, code)

    assert error(wrong) == "CodeMismatchException"
    assert error(used) == "ExpiredCodeException"
    assert people.sign_in(email, NEW_PASSWORD)["AuthenticationResult"]
    with pytest.raises(ClientError, match="Incorrect username or password"):
        people.sign_in(email, PASSWORD)


def test_who_has_not_proved_an_address_recovers_nothing_by_it(people: People) -> None:
    people.sign_up("dee@post.example")

    with pytest.raises(ClientError, match="no registered/verified email"):
        people.cognito.forgot_password(ClientId=people.client_id, Username="dee@post.example")


def test_an_invitation_brings_the_temporary_password(people: People, post: Post) -> None:
    email = "eve@post.example"
    people.cognito.admin_create_user(
        UserPoolId=people.pool, Username=email, TemporaryPassword=PASSWORD
    )
    [text] = eventually(lambda: post.texts(email))

    assert email in text
    assert PASSWORD in text
    assert people.sign_in(email)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


def test_a_code_expires(hasty: tuple[People, Post]) -> None:
    people, post = hasty
    people.sign_up("late@post.example")
    people.invite("forgetful@post.example")
    people.cognito.forgot_password(ClientId=people.client_id, Username="forgetful@post.example")

    with pytest.raises(ClientError) as late:
        confirm(people, "late@post.example", post.codes("late@post.example")[0])
    with pytest.raises(ClientError) as later:
        recover(people, "forgetful@post.example", post.codes("forgetful@post.example")[0])

    assert [error(late), error(later)] == ["ExpiredCodeException", "ExpiredCodeException"]
