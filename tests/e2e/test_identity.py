"""Signing in, as the website and as scripts do it."""

from typing import Any

import pytest

from tests.e2e.accounts import claims
from tests.e2e.conftest import cognito


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
