"""Users of a directory add passkeys, sign in by them, and take them away."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_cognito as cognito
from botocore.exceptions import ClientError

from constructs_lib.blocks import Passkeys, UserDirectory
from tests.emulator.authenticator import PRESENT, Device
from tests.emulator.people import People, claims
from tests.emulator.support import Aws
from tests.emulator.synthesised import deploy_constructs
from tests.emulator.test_cognito_challenges import app_code

SITE = "https://www.passkeys.example"
PASSKEYS = Passkeys(site="www.passkeys.example", relying_party="passkeys.example")


@pytest.fixture(scope="module")
def made(aws: Aws) -> dict[str, str]:
    def build(stack: Stack) -> None:
        for name, passkeys, factor in (
            ("", PASSKEYS, cognito.Mfa.OPTIONAL),
            ("without", None, cognito.Mfa.OFF),
        ):
            users = UserDirectory(
                stack,
                f"Users{name}",
                passkeys=passkeys,
                second_factor=factor,
                password_sign_in=True,
                removal_policy=RemovalPolicy.DESTROY,
            )
            CfnOutput(stack, f"{name}pool", value=users.pool.user_pool_id)
            CfnOutput(stack, f"{name}client", value=users.client.user_pool_client_id)

    return deploy_constructs(aws, "passkeys", build)


@pytest.fixture(scope="module")
def people(aws: Aws, made: dict[str, str]) -> People:
    return People(aws, made)


class Owner:
    """A user who is signed in."""

    def __init__(self, people: People, name: str) -> None:
        self.people, self.cognito = people, people.cognito
        self.email = f"{name}@passkeys.example"
        self.sub = people.invite(self.email)
        tokens = people.sign_in(self.email)["AuthenticationResult"]
        self.token = {"AccessToken": tokens["AccessToken"]}

    def options(self) -> dict[str, Any]:
        """Begin to add a passkey."""
        answer = self.cognito.start_web_authn_registration(**self.token)
        options: dict[str, Any] = answer["CredentialCreationOptions"]
        return options

    def add(self, device: Device) -> str:
        """Add the device's passkey, and return its id."""
        credential = device.create(self.options())
        self.cognito.complete_web_authn_registration(**self.token, Credential=credential)
        return str(credential["id"])

    def passkeys(self) -> list[dict[str, Any]]:
        """Return what Cognito knows of the passkeys."""
        found: list[dict[str, Any]] = self.cognito.list_web_authn_credentials(**self.token)[
            "Credentials"
        ]
        return found

    def ask(self, preferred: str = "WEB_AUTHN") -> dict[str, Any]:
        """Begin to sign in, and return what is asked."""
        return begin(self.people, self.email, preferred)

    def show(self, device: Device) -> dict[str, Any]:
        """Sign in by the device's passkey, and return Cognito's answer."""
        asked = self.ask()
        return self.answer(asked, device.get(asked_of(asked), user_id=self.sub))

    def answer(self, asked: dict[str, Any], credential: dict[str, Any]) -> dict[str, Any]:
        """Answer a challenge by what a device says."""
        responses = {"USERNAME": self.email, "CREDENTIAL": json.dumps(credential)}
        return self.people.respond("WEB_AUTHN", responses, asked["Session"])


def begin(people: People, email: str, preferred: str) -> dict[str, Any]:
    parameters = {"USERNAME": email, "PREFERRED_CHALLENGE": preferred}
    answer: dict[str, Any] = people.cognito.initiate_auth(
        ClientId=people.client_id, AuthFlow="USER_AUTH", AuthParameters=parameters
    )
    return answer


def asked_of(answer: dict[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = json.loads(
        answer["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"]
    )
    return options


def refused(kind: str, call: Callable[[], Any]) -> str:
    """Return the text of the error that a call ends in, which is of this kind."""
    with pytest.raises(ClientError) as raised:
        call()
    assert raised.value.response["Error"]["Code"] == kind
    return str(raised.value.response["Error"]["Message"])


def test_a_passkey_is_added_signs_in_and_is_taken_away(people: People) -> None:
    owner, device = Owner(people, "ada"), Device(SITE)
    assert owner.ask()["ChallengeName"] == "SELECT_CHALLENGE"

    added = owner.add(device)
    (told,) = owner.passkeys()
    answer = owner.show(device)["AuthenticationResult"]

    assert told["CredentialId"] == added
    assert told["RelyingPartyId"] == "passkeys.example"
    assert told["FriendlyCredentialName"]
    assert claims(answer["IdToken"])["sub"] == owner.sub
    assert owner.show(device)["AuthenticationResult"]["AccessToken"]

    asked = owner.ask()
    owner.cognito.delete_web_authn_credential(**owner.token, CredentialId=added)
    refused("NotAuthorizedException", lambda: owner.answer(asked, device.get(asked_of(asked))))
    assert owner.passkeys() == []
    assert owner.ask()["ChallengeName"] == "SELECT_CHALLENGE"
    refused(
        "ResourceNotFoundException",
        lambda: owner.cognito.delete_web_authn_credential(**owner.token, CredentialId=added),
    )


def test_what_a_browser_is_asked_is_what_the_directory_says(people: People) -> None:
    owner = Owner(people, "curious")
    first = owner.options()
    owner.add(Device(SITE))

    options = owner.options()

    assert options["rp"]["id"] == "passkeys.example"
    assert options["user"]["name"] == owner.email
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["challenge"] != first["challenge"]
    assert [one["id"] for one in options["excludeCredentials"]] == [
        one["CredentialId"] for one in owner.passkeys()
    ]
    assert asked_of(owner.ask())["userVerification"] == "required"


def test_an_answer_counts_once_and_for_its_own_challenge(people: People) -> None:
    owner, device = Owner(people, "twice"), Device(SITE)
    credential = device.create(owner.options())
    complete = owner.cognito.complete_web_authn_registration
    complete(**owner.token, Credential=credential)
    again = lambda: complete(**owner.token, Credential=credential)  # noqa: E731
    refused("WebAuthnChallengeNotFoundException", again)
    owner.options()
    refused("InvalidParameterException", again)

    asked = owner.ask()
    shown = device.get(asked_of(asked), user_id=owner.sub)
    owner.answer(asked, shown)
    refused("NotAuthorizedException", lambda: owner.answer(asked, shown))
    refused("NotAuthorizedException", lambda: owner.answer(owner.ask(), shown))
    assert len(owner.passkeys()) == 1


@pytest.mark.parametrize(
    ("device", "kind"),
    [
        (Device("https://passkeys.example.evil.example"), "WebAuthnOriginNotAllowedException"),
        (Device("https://otherpasskeys.example"), "WebAuthnOriginNotAllowedException"),
        (Device("http://www.passkeys.example"), "WebAuthnOriginNotAllowedException"),
        (Device(SITE, flags=PRESENT), "InvalidParameterException"),
    ],
)
def test_a_passkey_of_elsewhere_or_of_nobody_in_particular_is_not_taken(
    people: People, device: Device, kind: str
) -> None:
    owner = Owner(people, f"careless-{id(device)}")

    refused(kind, lambda: owner.add(device))

    assert owner.passkeys() == []


def test_somebody_elses_device_does_not_sign_in(people: People) -> None:
    owner, other = Owner(people, "owner"), Owner(people, "other")
    own, foreign = Device(SITE), Device(SITE)
    owner.add(own)
    other.add(foreign)
    asked = owner.ask()

    refused("NotAuthorizedException", lambda: owner.answer(asked, foreign.get(asked_of(asked))))
    forged = Device(SITE)
    forged._id = own._id
    refused("NotAuthorizedException", lambda: owner.show(forged))
    own.origin = "https://evil.example"
    refused("NotAuthorizedException", lambda: owner.show(own))
    people.cognito.admin_disable_user(UserPoolId=people.pool, Username=owner.email)
    refused("NotAuthorizedException", owner.ask)


def test_who_does_not_exist_is_asked_all_the_same_and_never_let_in(people: People) -> None:
    asked = {}
    for number in range(20):
        name = f"nobody-{number}@passkeys.example"
        first, second = (begin(people, name, "WEB_AUTHN") for _ in range(2))
        assert first["ChallengeName"] == second["ChallengeName"]
        asked[first["ChallengeName"]] = (name, first)
        if first["ChallengeName"] == "WEB_AUTHN":
            assert asked_of(first)["allowCredentials"] == asked_of(second)["allowCredentials"]

    assert set(asked) == {"WEB_AUTHN", "PASSWORD"}
    device = Device(SITE)
    for challenge, (name, answer) in asked.items():
        shown = device.get(asked_of(answer)) if challenge == "WEB_AUTHN" else {}
        responses = {"USERNAME": name, "PASSWORD": "Correct-horse-7"}
        responses |= {"CREDENTIAL": json.dumps(shown)} if shown else {}
        respond = partial(people.respond, challenge, responses, answer["Session"])
        refused("NotAuthorizedException", respond)


def test_who_chooses_signs_in_by_the_way_chosen(people: People) -> None:
    owner, device = Owner(people, "choosing"), Device(SITE)
    owner.add(device)
    chosen = {"USERNAME": owner.email, "ANSWER": "WEB_AUTHN"}

    choice = owner.ask("EMAIL_OTP")
    asked = people.respond("SELECT_CHALLENGE", chosen, choice["Session"])

    assert choice["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP", "WEB_AUTHN"]
    assert owner.answer(asked, device.get(asked_of(asked)))["AuthenticationResult"]["IdToken"]
    refused(
        "NotAuthorizedException",
        lambda: people.respond("SELECT_CHALLENGE", chosen, choice["Session"]),
    )


def test_who_has_a_second_factor_says_that_a_passkey_counts_for_both(people: People) -> None:
    owner, device = Owner(people, "careful"), Device(SITE)
    owner.add(device)
    prefer = owner.cognito.set_user_mfa_preference
    refused(
        "InvalidParameterException",
        lambda: prefer(**owner.token, WebAuthnMfaSettings={"Enabled": True}),
    )
    secret = owner.cognito.associate_software_token(**owner.token)["SecretCode"]
    owner.cognito.verify_software_token(**owner.token, UserCode=app_code(secret))
    prefer(**owner.token, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True})
    assert owner.ask()["ChallengeName"] == "SELECT_CHALLENGE"

    prefer(**owner.token, WebAuthnMfaSettings={"Enabled": True})

    assert owner.show(device)["AuthenticationResult"]["IdToken"]


def test_a_directory_without_passkeys_takes_none(aws: Aws, made: dict[str, str]) -> None:
    plain = People(aws, {"pool": made["withoutpool"], "client": made["withoutclient"]})
    owner = Owner(plain, "plain")

    refused("WebAuthnNotEnabledException", owner.options)
    refused("InvalidParameterException", owner.ask)


def test_they_are_no_part_of_the_cheapest_plan(people: People) -> None:
    policy = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}

    refused(
        "FeatureUnavailableInTierException",
        lambda: people.cognito.create_user_pool(
            PoolName="cheap", UserPoolTier="LITE", Policies=policy
        ),
    )


def test_a_user_keeps_at_most_twenty_and_reads_them_by_pages(people: People) -> None:
    owner = Owner(people, "collector")
    ids = [owner.add(Device(SITE)) for _ in range(20)]

    first = owner.cognito.list_web_authn_credentials(**owner.token, MaxResults=15)
    second = owner.cognito.list_web_authn_credentials(
        **owner.token, MaxResults=15, NextToken=first["NextToken"]
    )

    found = [*first["Credentials"], *second["Credentials"]]
    assert [one["CredentialId"] for one in found] == ids
    assert "NextToken" not in second
    refused("LimitExceededException", owner.options)
