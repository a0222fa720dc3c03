"""From a visitor to a customer who comes back, as the website and the mailbox see it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.e2e.accounts import claims, code_for, confirm, events_of, mails_to, refresh, sign_up, tap
from tests.e2e.conftest import (
    Account,
    NewAccount,
    Tokens,
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
    assert now == {**first, **wanted, "updatedAt": now["updatedAt"]}
    assert identity.get("/me", headers=signed_in).json() == now


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"displayName": "x" * 101}, {"displayName"}),
        ({"displayName": 7, "newsletter": "yes"}, {"displayName", "newsletter"}),
        ({"displayName": "A", "phone": "07700 900123"}, {"phone"}),
        ({"displayName": "A", "phone": "+0123456"}, {"phone"}),
        ({"displayName": "A", "email": "other@example.org"}, {"email"}),
        ({"displayName": "A", "userId": "somebody-else"}, {"userId"}),
    ],
)
def test_a_profile_that_does_not_fit_is_refused_field_by_field_and_stays_as_it_was(
    config: dict[str, Any],
    identity: httpx.Client,
    customer: Tokens,
    body: dict[str, Any],
    fields: set[str],
) -> None:
    signed_in = bearer(customer.id_token)
    before = identity.get("/me", headers=signed_in).json()

    answer = identity.put("/me", json=body, headers=signed_in)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {error["field"] for error in answer.json()["errors"]} == fields
    assert identity.get("/me", headers=signed_in).json() == before


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


def test_who_stays_signed_in_gets_new_tokens_without_a_password(
    identity: httpx.Client, customer: Tokens
) -> None:
    new = refresh(identity, customer)

    assert claims(new.id_token)["sub"] == claims(customer.id_token)["sub"]
    assert claims(new.id_token)["token_use"] == "id"
    assert claims(new.access_token)["token_use"] == "access"
    assert new.id_token != customer.id_token
    assert identity.get("/me", headers=bearer(new.id_token)).status_code == 200


def test_a_refresh_token_that_was_revoked_or_never_was_one_is_refused(
    config: dict[str, Any], identity: httpx.Client, new_account: NewAccount
) -> None:
    account = new_account()
    tokens = sign_in_by_srp(config, account.email, account.password)
    refresh(identity, tokens)

    cognito(config).revoke_token(Token=tokens.refresh_token, ClientId=config["userPoolClientId"])

    for refused in (
        tokens,
        replace(tokens, refresh_token="nonsense"),
        replace(tokens, refresh_token=tokens.access_token),
        replace(tokens, refresh_token=tokens.refresh_token[::-1]),
    ):
        answer = identity.post("/tokens/refresh", json={"refreshToken": refused.refresh_token})
        assert answer.status_code == 401, answer.text
        assert refused.refresh_token not in answer.text
        assert answer.headers["content-type"] == "application/problem+json"


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
