"""Signing in in more than one step: a first password, a code of an authenticator app."""

import base64
import hashlib
import hmac
import struct
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.people import PASSWORD, People, user_pool
from tests.emulator.support import Aws

NEW_PASSWORD = "Another-horse-8"


@pytest.fixture(scope="module")
def people(aws: Aws) -> People:
    outputs = {"pool": {"Ref": "Pool"}, "client": {"Ref": "Client"}}
    return People(aws, aws.deploy("challenges", user_pool(), **outputs))


def app_code(secret: str, *, steps: int = 0) -> str:
    """Return what an authenticator app shows (RFC 6238), so many half minutes from now."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    counter = struct.pack(">Q", int(time.time() // 30) + steps)
    digest = hmac.new(key, counter, hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def enrol(people: People, email: str) -> str:
    """Let somebody add an authenticator app, and return its secret."""
    people.invite(email)
    access = {"AccessToken": people.sign_in(email)["AuthenticationResult"]["AccessToken"]}
    secret = str(people.cognito.associate_software_token(**access)["SecretCode"])
    with pytest.raises(people.cognito.exceptions.EnableSoftwareTokenMFAException):
        people.cognito.verify_software_token(**access, UserCode=app_code(secret, steps=9))
    people.cognito.verify_software_token(**access, UserCode=app_code(secret))
    assert "AuthenticationResult" in people.sign_in(email)  # until it is chosen
    chosen = {"Enabled": True, "PreferredMfa": True}
    people.cognito.set_user_mfa_preference(**access, SoftwareTokenMfaSettings=chosen)
    return secret


def invited(people: People, email: str) -> dict[str, Any]:
    people.cognito.admin_create_user(
        UserPoolId=people.pool,
        Username=email,
        TemporaryPassword=PASSWORD,
        MessageAction="SUPPRESS",
    )
    return people.sign_in(email)


@pytest.mark.parametrize("way", ["sign_in", "prove"])
def test_an_authenticator_app_is_asked_for_after_the_password(people: People, way: str) -> None:
    email = f"{way.replace('_', '-')}@example.com"
    secret = enrol(people, email)

    asked = getattr(people, way)(email)
    assert asked["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    wrong = {"USERNAME": email, "SOFTWARE_TOKEN_MFA_CODE": app_code(secret, steps=9)}
    with pytest.raises(people.cognito.exceptions.CodeMismatchException):
        people.respond("SOFTWARE_TOKEN_MFA", wrong, asked["Session"])
    right = {"USERNAME": email, "SOFTWARE_TOKEN_MFA_CODE": app_code(secret)}
    answer = people.respond("SOFTWARE_TOKEN_MFA", right, asked["Session"])

    assert answer["AuthenticationResult"]["IdToken"]


def test_a_code_alone_signs_nobody_in(people: People) -> None:
    secret = enrol(people, "code@example.com")
    enrol(people, "other@example.com")
    of_other = people.sign_in("other@example.com")["Session"]
    code = {"USERNAME": "code@example.com", "SOFTWARE_TOKEN_MFA_CODE": app_code(secret)}

    for session in ("", "x" * 44, of_other):
        with pytest.raises(people.cognito.exceptions.NotAuthorizedException):
            people.respond("SOFTWARE_TOKEN_MFA", code, session)
    with pytest.raises(people.cognito.exceptions.NotAuthorizedException):
        people.respond("MFA_SETUP", {"USERNAME": "code@example.com"}, "x" * 44)


def test_who_chooses_against_the_app_is_not_asked_for_it(people: People) -> None:
    secret = enrol(people, "off@example.com")
    asked = people.sign_in("off@example.com")
    code = {"USERNAME": "off@example.com", "SOFTWARE_TOKEN_MFA_CODE": app_code(secret)}
    answer = people.respond("SOFTWARE_TOKEN_MFA", code, asked["Session"])
    access = {"AccessToken": answer["AuthenticationResult"]["AccessToken"]}

    people.cognito.set_user_mfa_preference(**access, SoftwareTokenMfaSettings={"Enabled": False})

    assert "AuthenticationResult" in people.sign_in("off@example.com")


def test_only_who_knows_the_temporary_password_sets_the_first_own_one(people: People) -> None:
    asked = invited(people, "new@example.com")
    invited(people, "stranger@example.com")
    answer = {"USERNAME": "stranger@example.com", "NEW_PASSWORD": NEW_PASSWORD}

    for session in ("", "x" * 44, asked["Session"]):
        with pytest.raises(people.cognito.exceptions.NotAuthorizedException):
            people.respond("NEW_PASSWORD_REQUIRED", answer, session)
    people.respond(
        "NEW_PASSWORD_REQUIRED", answer | {"USERNAME": "new@example.com"}, asked["Session"]
    )

    assert "AuthenticationResult" in people.sign_in("new@example.com", NEW_PASSWORD)
    assert "ChallengeName" in people.sign_in("stranger@example.com")


def test_the_first_own_password_fits_the_policy(people: People) -> None:
    asked = invited(people, "weak@example.com")
    weak = {"USERNAME": "weak@example.com", "NEW_PASSWORD": "weak"}

    with pytest.raises(ClientError) as refused:
        people.respond("NEW_PASSWORD_REQUIRED", weak, asked["Session"])

    assert refused.value.response["Error"]["Code"] == "InvalidPasswordException"
