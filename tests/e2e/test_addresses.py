"""The addresses that users choose: in any case one user's, changed by a code, and none blocked."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.accounts import claims, code_for, confirm, mails_to, sign_up
from tests.e2e.conftest import (
    Account,
    NewAccount,
    Tokens,
    aws,
    bearer,
    cognito,
    function_name,
    new_address,
    new_password,
    sign_in_by_srp,
)
from tests.waiting import settled

BLOCKED = "throwaway.example"


@pytest.fixture
def somebody(new_account: NewAccount) -> Account:
    return new_account("customers")


@pytest.fixture
def blocking(platform: dict[str, Any]) -> Iterator[None]:
    """Have the stage block a domain, as its configuration would."""
    functions = aws(platform, "lambda")
    names = [
        function_name(platform, "Local-Identity", prefix)
        for prefix in ("PreSignUp", "PreTokenGeneration")
    ]

    def set_(domains: str) -> None:
        for name in names:
            settings = functions.get_function_configuration(FunctionName=name)["Environment"]
            variables = {**settings["Variables"], "BLOCKED_EMAIL_DOMAINS": domains}
            functions.update_function_configuration(
                FunctionName=name, Environment={"Variables": variables}
            )
            functions.get_waiter("function_updated_v2").wait(FunctionName=name)

    set_(f"other.example,{BLOCKED}")
    yield
    set_("")


def change(config: dict[str, Any], tokens: Tokens, email: str) -> None:
    """Ask for another address; a code is on its way to it."""
    cognito(config).update_user_attributes(
        AccessToken=tokens.access_token, UserAttributes=[{"Name": "email", "Value": email}]
    )


def test_an_address_in_another_case_is_the_same_user(
    config: dict[str, Any], outside: httpx.Client
) -> None:
    email, password = new_address(), new_password()
    user_id = sign_up(config, email.title(), password)
    confirm(config, email.upper(), code_for(outside, email.title()))

    with pytest.raises(cognito(config).exceptions.UsernameExistsException):
        sign_up(config, email.upper(), new_password())

    for written in (email, email.title(), email.upper()):
        assert claims(sign_in_by_srp(config, written, password).id_token)["sub"] == user_id


def test_a_new_address_is_used_once_its_code_came_back(
    config: dict[str, Any], identity: httpx.Client, outside: httpx.Client, somebody: Account
) -> None:
    tokens, new = sign_in_by_srp(config, somebody.email, somebody.password), new_address()

    change(config, tokens, new)
    code = code_for(outside, new)
    before = claims(sign_in_by_srp(config, somebody.email, somebody.password).id_token)
    cognito(config).verify_user_attribute(
        AccessToken=tokens.access_token, AttributeName="email", Code=code
    )
    after = sign_in_by_srp(config, new, somebody.password)

    assert before["email"] == somebody.email
    assert (claims(after.id_token)["email"], claims(after.id_token)["email_verified"]) == (
        new,
        True,
    )
    assert identity.get("/me", headers=bearer(after.id_token)).json()["email"] == new
    change(config, after, somebody.email)  # so that the account is found when the tests are over
    code = code_for(outside, somebody.email)
    cognito(config).verify_user_attribute(
        AccessToken=after.access_token, AttributeName="email", Code=code
    )


@pytest.mark.parametrize("written", [str.lower, str.upper])
def test_an_address_of_somebody_else_cannot_be_taken(
    config: dict[str, Any], somebody: Account, new_account: NewAccount, written: Any
) -> None:
    other = new_account()
    tokens = sign_in_by_srp(config, somebody.email, somebody.password)

    with pytest.raises(cognito(config).exceptions.AliasExistsException):
        change(config, tokens, written(other.email))

    assert claims(sign_in_by_srp(config, other.email, other.password).id_token)["sub"] == (
        other.user_id
    )


@pytest.mark.usefixtures("blocking")
@pytest.mark.parametrize("domain", [BLOCKED, BLOCKED.upper(), f"mail.{BLOCKED}"])
def test_nobody_signs_up_with_or_changes_to_an_address_of_a_blocked_domain(
    config: dict[str, Any], outside: httpx.Client, somebody: Account, domain: str
) -> None:
    email = f"{new_address().split('@')[0]}@{domain}"
    tokens = sign_in_by_srp(config, somebody.email, somebody.password)
    refused = cognito(config).exceptions.UserLambdaValidationException

    with pytest.raises(refused, match="please use another one"):
        sign_up(config, email, new_password())
    with pytest.raises(refused, match="please use another one"):
        change(config, tokens, email)

    assert settled(lambda: mails_to(outside, email)) == []
    again = sign_in_by_srp(config, somebody.email, somebody.password)
    assert claims(again.id_token)["email"] == somebody.email


@pytest.mark.usefixtures("blocking")
def test_who_came_to_have_a_blocked_address_gets_no_token(
    platform: dict[str, Any], config: dict[str, Any], somebody: Account
) -> None:
    sign_in_by_srp(config, somebody.email, somebody.password)
    email = f"{new_address().split('@')[0]}@{BLOCKED}"
    pool = aws(platform, "cognito-idp")

    def set_(address: str) -> None:
        attributes = {"email": address, "email_verified": "true"}
        pool.admin_update_user_attributes(
            UserPoolId=config["userPoolId"],
            Username=somebody.user_id,
            UserAttributes=[{"Name": k, "Value": v} for k, v in attributes.items()],
        )

    set_(email)
    with pytest.raises(
        cognito(config).exceptions.UserLambdaValidationException, match="please use another one"
    ):
        sign_in_by_srp(config, email, somebody.password)
    set_(somebody.email)

    assert sign_in_by_srp(config, somebody.email, somebody.password).id_token
