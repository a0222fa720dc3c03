"""Passkeys of a user directory: whose they are, what they count for, and what is refused."""

import pytest
from aws_cdk import Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import AppClient, Passkeys, UserDirectory

PREFERRED = cognito.PasskeyUserVerification.PREFERRED
SITE = "www.example.org"


def test_users_may_sign_in_by_passkeys_of_the_site(stack: Stack) -> None:
    UserDirectory(stack, "Users", passkeys=Passkeys(site=SITE))

    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::Cognito::UserPool",
        {
            "UserPoolTier": "ESSENTIALS",
            "Policies": {
                "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]},
                "PasswordPolicy": Match.object_like({"MinimumLength": 12}),
            },
            "WebAuthnRelyingPartyID": SITE,
            "WebAuthnUserVerification": "required",
            "WebAuthnFactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION",
        },
    )
    template.has_resource_properties(
        "AWS::Cognito::UserPoolClient",
        {"ExplicitAuthFlows": Match.array_with(["ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH"])},
    )


def test_a_directory_without_them_says_nothing_of_them(stack: Stack) -> None:
    UserDirectory(stack, "Users")

    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::Cognito::UserPool",
        {
            "Policies": {"SignInPolicy": Match.absent()},
            "WebAuthnRelyingPartyID": Match.absent(),
            "WebAuthnUserVerification": Match.absent(),
            "WebAuthnFactorConfiguration": Match.absent(),
        },
    )
    template.has_resource_properties(
        "AWS::Cognito::UserPoolClient",
        {"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]},
    )


def test_threat_protection_keeps_its_plan(stack: Stack) -> None:
    watched = cognito.StandardThreatProtectionMode.FULL_FUNCTION
    UserDirectory(stack, "Users", passkeys=Passkeys(site=SITE), threat_protection=watched)

    Template.from_stack(stack).has_resource_properties(
        "AWS::Cognito::UserPool", {"UserPoolTier": "PLUS"}
    )


def test_a_further_app_may_take_them_too(stack: Stack) -> None:
    pool = cognito.UserPool.from_user_pool_id(stack, "Pool", "eu-west-2_aBcDeF")
    AppClient(stack, "Shop", pool=pool, passkey_sign_in=True)

    Template.from_stack(stack).has_resource_properties(
        "AWS::Cognito::UserPoolClient",
        {"ExplicitAuthFlows": Match.array_with(["ALLOW_USER_AUTH"])},
    )


@pytest.mark.parametrize(
    ("site", "relying_party", "owner"),
    [
        (SITE, None, SITE),
        (SITE, SITE, SITE),
        (SITE, "example.org", "example.org"),
        ("localhost", None, "localhost"),
    ],
)
def test_a_passkey_is_made_for_the_site_or_a_domain_above_it(
    site: str, relying_party: str | None, owner: str
) -> None:
    assert Passkeys(site=site, relying_party=relying_party).owner == owner


@pytest.mark.parametrize("party", ["example.com", "ample.org", "shop.www.example.org", "localhost"])
def test_one_for_somebody_else_is_refused(party: str) -> None:
    with pytest.raises(ValueError, match=rf"'www\.example\.org' or a domain above.*got '{party}'"):
        Passkeys(site=SITE, relying_party=party)


@pytest.mark.parametrize(
    "site",
    ["https://www.example.org", "www.example.org:8443", "WWW.example.org", "10.0.0.12", "org", "",
     f"{'a' * 60}.example.org"],
)  # fmt: skip
def test_what_is_no_host_name_that_browsers_take_is_refused(site: str) -> None:
    with pytest.raises(ValueError, match="site must be a host name in lower case of at most 63"):
        Passkeys(site=site)


def test_the_relying_party_is_a_name_of_the_same_form() -> None:
    with pytest.raises(ValueError, match=r"relying_party must be a host name .* got 'org'"):
        Passkeys(site=SITE, relying_party="org")


def test_one_factor_is_not_let_in_where_two_are_required(stack: Stack) -> None:
    plain = Passkeys(site=SITE, user_verification=PREFERRED)

    with pytest.raises(ValueError, match=r"REQUIRED, got PREFERRED: .* \(at .*Users\)"):
        UserDirectory(stack, "Users", passkeys=plain, second_factor=cognito.Mfa.REQUIRED)


def test_one_that_does_not_verify_counts_for_one_factor(stack: Stack) -> None:
    UserDirectory(stack, "Users", passkeys=Passkeys(site=SITE, user_verification=PREFERRED))

    Template.from_stack(stack).has_resource_properties(
        "AWS::Cognito::UserPool",
        {"WebAuthnUserVerification": "preferred", "WebAuthnFactorConfiguration": Match.absent()},
    )
