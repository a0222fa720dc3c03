"""Signing in, as the website and as scripts do it."""

from typing import Any

import pytest

from tests.e2e.accounts import claims
from tests.e2e.conftest import Tokens, cognito


def test_who_signs_in_gets_a_token_with_the_groups(
    administrator: Tokens, customer: Tokens, config: dict[str, Any]
) -> None:
    assert claims(administrator.id_token)["cognito:groups"] == ["administrators"]
    assert claims(customer.id_token)["cognito:groups"] == ["customers"]
    assert claims(customer.id_token)["aud"] == config["userPoolClientId"]


def test_a_token_says_what_its_groups_may_do(administrator: Tokens, customer: Tokens) -> None:
    assert claims(administrator.id_token)["permissions"] == "*:*"
    assert claims(customer.id_token).get("permissions", "") == ""


def test_a_script_signs_in_with_the_password_on_the_local_stage(
    platform: dict[str, Any], config: dict[str, Any]
) -> None:
    user = platform["users"][0]

    answer = cognito(config).initiate_auth(
        ClientId=config["userPoolClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user["email"], "PASSWORD": user["password"]},
    )

    assert claims(answer["AuthenticationResult"]["IdToken"])["email"] == user["email"]


@pytest.mark.parametrize("email", ["administrator@blockwork.example", "nobody@blockwork.example"])
def test_a_wrong_password_and_an_unknown_user_are_told_apart_by_nobody(
    config: dict[str, Any], email: str
) -> None:
    client = cognito(config)

    with pytest.raises(client.exceptions.NotAuthorizedException) as error:
        client.initiate_auth(
            ClientId=config["userPoolClientId"],
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": "Wrong-password-1"},
        )

    assert "Incorrect username or password" in str(error.value)


def test_a_weak_password_is_refused(config: dict[str, Any]) -> None:
    client = cognito(config)

    with pytest.raises(client.exceptions.InvalidPasswordException):
        client.sign_up(
            ClientId=config["userPoolClientId"],
            Username="new@blockwork.example",
            Password="short",
        )
