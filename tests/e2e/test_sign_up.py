"""From a visitor to a customer who comes back, as the website and the mailbox see it."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.accounts import claims, code_for, confirm, events_of, mails_to, sign_up, tap
from tests.e2e.conftest import (
    Account,
    NewAccount,
    aws,
    bearer,
    cognito,
    new_address,
    new_password,
    sign_in_by_srp,
)
from tests.waiting import eventually, settled


@pytest.fixture(scope="module")
def visitor(
    platform: dict[str, Any], config: dict[str, Any], outside: httpx.Client
) -> Iterator[Account]:
    """Somebody who has signed up on their own."""
    email, password = new_address(), new_password()
    user_id = sign_up(config, email, password)
    confirm(config, email, code_for(outside, email))
    yield Account(user_id=user_id, email=email, password=password)
    aws(platform, "cognito-idp").admin_delete_user(UserPoolId=config["userPoolId"], Username=email)


def test_a_visitor_signs_up_with_a_mailed_code_and_is_welcomed_once(
    platform: dict[str, Any], config: dict[str, Any], outside: httpx.Client
) -> None:
    email, password = new_address(), new_password()
    with tap(platform, "UserSignedUp") as tapped:
        user_id = sign_up(config, email, password)
        code = code_for(outside, email)
        with pytest.raises(cognito(config).exceptions.UserNotConfirmedException):
            sign_in_by_srp(config, email, password)

        confirm(config, email, code)
        tokens = sign_in_by_srp(config, email, password)

        assert events_of(tapped, user_id, count=1) == ["UserSignedUp"]
    says = claims(tokens.id_token)
    assert (says["sub"], says["email"]) == (user_id, email)
    assert says["email_verified"] in (True, "true")
    assert says["cognito:groups"] == ["customers"]
    assert says.get("permissions", "") == ""
    assert says["exp"] - says["iat"] == 15 * 60
    eventually(lambda: len(mails_to(outside, email)), until=lambda mails: mails >= 2)
    assert settled(lambda: len(mails_to(outside, email))) == 2
    assert "Welcome" not in mails_to(outside, email)[0]
    assert f"Sign in with {email}" in mails_to(outside, email)[1]
    aws(platform, "cognito-idp").admin_delete_user(UserPoolId=config["userPoolId"], Username=email)


def test_a_profile_is_there_from_the_start_and_changed_by_its_owner(
    config: dict[str, Any], identity: httpx.Client, visitor: Account
) -> None:
    signed_in = bearer(sign_in_by_srp(config, visitor.email, visitor.password).id_token)
    answer = identity.get("/me", headers=signed_in)
    assert answer.status_code == 200, answer.text
    first = answer.json()
    assert first["createdAt"].endswith("Z")
    assert first == {
        "userId": visitor.user_id,
        "email": visitor.email,
        "displayName": "",
        "phone": "",
        "newsletter": False,
        "createdAt": first["createdAt"],
        "updatedAt": first["createdAt"],
    }

    wanted = {"displayName": "Zoë Müller", "phone": "+447700900123", "newsletter": True}
    changed = identity.put("/me", json=wanted, headers=signed_in)

    assert changed.status_code == 200, changed.text
    now = changed.json()
    assert now["updatedAt"] > first["updatedAt"]
    when = {"updatedAt": now["updatedAt"], "newsletterSince": now["updatedAt"]}
    assert now == {**first, **wanted, **when}
    assert identity.get("/me", headers=signed_in).json() == now


def test_an_invited_user_has_a_profile_from_the_first_sign_in(
    platform: dict[str, Any],
    config: dict[str, Any],
    identity: httpx.Client,
    new_account: NewAccount,
) -> None:
    with tap(platform, "UserSignedUp") as tapped:
        invited = new_account("customers")
        tokens = sign_in_by_srp(config, invited.email, invited.password)
        sign_in_by_srp(config, invited.email, invited.password)

        profile = identity.get("/me", headers=bearer(tokens.id_token)).json()

        assert (profile["userId"], profile["email"]) == (invited.user_id, invited.email)
        assert events_of(tapped, invited.user_id, count=1) == ["UserSignedUp"]


def test_a_forgotten_password_is_replaced_with_a_mailed_code(
    config: dict[str, Any], outside: httpx.Client, new_account: NewAccount
) -> None:
    account = new_account()
    client = cognito(config)
    who = {"ClientId": config["userPoolClientId"], "Username": account.email}
    new = new_password()

    client.forgot_password(**who)
    code = code_for(outside, account.email)
    wrong = str((int(code) + 1) % 1_000_000).zfill(6)
    with pytest.raises(client.exceptions.CodeMismatchException):
        client.confirm_forgot_password(**who, ConfirmationCode=wrong, Password=new)
    client.confirm_forgot_password(**who, ConfirmationCode=code, Password=new)

    assert sign_in_by_srp(config, account.email, new).id_token
    with pytest.raises(client.exceptions.NotAuthorizedException):
        sign_in_by_srp(config, account.email, account.password)


def test_a_taken_address_is_refused(config: dict[str, Any], visitor: Account) -> None:
    with pytest.raises(cognito(config).exceptions.UsernameExistsException):
        sign_up(config, visitor.email, new_password())


def test_a_wrong_code_confirms_nobody(
    platform: dict[str, Any], config: dict[str, Any], outside: httpx.Client
) -> None:
    email, password = new_address(), new_password()
    sign_up(config, email, password)
    wrong = str((int(code_for(outside, email)) + 1) % 1_000_000).zfill(6)

    with pytest.raises(cognito(config).exceptions.CodeMismatchException):
        confirm(config, email, wrong)

    with pytest.raises(cognito(config).exceptions.UserNotConfirmedException):
        sign_in_by_srp(config, email, password)
    aws(platform, "cognito-idp").admin_delete_user(UserPoolId=config["userPoolId"], Username=email)
