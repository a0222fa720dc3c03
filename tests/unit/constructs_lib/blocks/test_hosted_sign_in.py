from dataclasses import dataclass
from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk.assertions import Template
from constructs import Construct

from constructs_lib.blocks import (
    GoogleProvider,
    HostedSignIn,
    IdentityProvider,
    OidcProvider,
    SamlProvider,
    UserDirectory,
)

SITE = "https://www.retailer.co.uk/"
OIDC = OidcProvider(
    name="Works", issuer="https://id.works.org", client_id="retailer", secret_name="/retailer/works"
)
GOOGLE = GoogleProvider(client_id="retailer.apps", secret_name="/retailer/google")
SAML = SamlProvider(name="Offices", metadata_url="https://idp.offices.org/metadata.xml")


def resources(stack: Stack, kind: str) -> list[dict[str, Any]]:
    found = Template.from_stack(stack).find_resources(kind)
    return [resource["Properties"] for resource in found.values()]


def test_accounts_of_elsewhere_sign_in_beside_our_own(stack: Stack) -> None:
    UserDirectory(
        stack,
        "Users",
        hosted=HostedSignIn(
            domain_prefix="retailer", return_urls=[SITE], providers=[OIDC, GOOGLE, SAML]
        ),
    )

    (client,) = resources(stack, "AWS::Cognito::UserPoolClient")
    assert "COGNITO" in client["SupportedIdentityProviders"]
    assert len(client["SupportedIdentityProviders"]) == 4
    providers = {
        provider["ProviderName"]: provider
        for provider in resources(stack, "AWS::Cognito::UserPoolIdentityProvider")
    }
    assert {name: provider["ProviderType"] for name, provider in providers.items()} == {
        "Works": "OIDC",
        "Google": "Google",
        "Offices": "SAML",
    }
    assert all("email" in provider["AttributeMapping"] for provider in providers.values())
    assert providers["Works"]["ProviderDetails"]["oidc_issuer"] == "https://id.works.org"
    assert providers["Offices"]["ProviderDetails"]["MetadataURL"] == SAML.metadata_url


@dataclass(frozen=True)
class NamingProvider:
    """A provider of a kind of one's own, which maps what it is told to."""

    mapping: dict[str, str]
    name: str = "Own"

    def add_to(
        self, scope: Construct, pool: cognito.IUserPool
    ) -> cognito.IUserPoolIdentityProvider:
        mapped = {to: cognito.ProviderAttribute.other(name) for to, name in self.mapping.items()}
        return cognito.UserPoolIdentityProviderOidc(
            scope,
            self.name,
            user_pool=pool,
            name=self.name,
            issuer_url="https://id.own.org",
            client_id="retailer",
            client_secret="a secret",
            attribute_mapping=cognito.AttributeMapping(custom=mapped),
        )


@pytest.mark.parametrize(
    "provider", [OIDC, GOOGLE, SAML, NamingProvider({"email": "mail", "custom:office": "office"})]
)
def test_the_client_may_write_what_a_provider_maps_and_never_that_an_address_is_verified(
    stack: Stack, provider: IdentityProvider
) -> None:
    UserDirectory(
        stack,
        "Users",
        hosted=HostedSignIn(domain_prefix="retailer", return_urls=[SITE], providers=[provider]),
    )

    (made,) = resources(stack, "AWS::Cognito::UserPoolIdentityProvider")
    (client,) = resources(stack, "AWS::Cognito::UserPoolClient")
    assert "email" in made["AttributeMapping"]
    assert set(made["AttributeMapping"]) <= set(client["WriteAttributes"])
    assert "email_verified" not in client["WriteAttributes"]


@pytest.mark.parametrize("attribute", ["email_verified", "phone_number_verified", "sub"])
def test_a_provider_that_maps_what_no_client_may_write_is_refused(
    stack: Stack, attribute: str
) -> None:
    provider = NamingProvider({"email": "mail", attribute: "verified"})
    hosted = HostedSignIn(domain_prefix="retailer", return_urls=[SITE], providers=[provider])

    with pytest.raises(ValueError, match=rf"'Own' maps \['{attribute}'\]"):
        UserDirectory(stack, "Users", hosted=hosted)


def test_the_pages_hand_over_a_code_and_never_a_token(stack: Stack) -> None:
    UserDirectory(stack, "Users", hosted=HostedSignIn(domain_prefix="retailer", return_urls=[SITE]))

    (client,) = resources(stack, "AWS::Cognito::UserPoolClient")
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["CallbackURLs"] == client["LogoutURLs"] == [SITE]
    (domain,) = resources(stack, "AWS::Cognito::UserPoolDomain")
    assert domain["Domain"] == "retailer"


@pytest.mark.parametrize("provider", [OIDC, GOOGLE])
def test_a_client_secret_stays_in_secrets_manager(
    stack: Stack, provider: OidcProvider | GoogleProvider
) -> None:
    UserDirectory(
        stack,
        "Users",
        hosted=HostedSignIn(domain_prefix="retailer", return_urls=[SITE], providers=[provider]),
    )

    (written,) = resources(stack, "AWS::Cognito::UserPoolIdentityProvider")
    reference = f"{{{{resolve:secretsmanager:{provider.secret_name}:SecretString:::}}}}"
    assert written["ProviderDetails"]["client_secret"] == reference


def test_without_pages_there_are_neither_flows_nor_a_domain(stack: Stack) -> None:
    UserDirectory(stack, "Users")

    (client,) = resources(stack, "AWS::Cognito::UserPoolClient")
    assert "AllowedOAuthFlows" not in client
    assert resources(stack, "AWS::Cognito::UserPoolDomain") == []


@pytest.mark.parametrize("prefix", ["", "Retailer", "-retailer", "retailer-", "my-aws-pool"])
def test_a_prefix_that_cognito_refuses_is_refused_at_synth(prefix: str) -> None:
    with pytest.raises(ValueError, match="domain_prefix must be 1 to 63 lower-case letters"):
        HostedSignIn(domain_prefix=prefix, return_urls=[SITE])


def test_somebody_who_signs_in_must_have_somewhere_to_return_to() -> None:
    with pytest.raises(ValueError, match="return_urls must name at least one address"):
        HostedSignIn(domain_prefix="retailer", return_urls=[])


@pytest.mark.parametrize(
    ("providers", "message"),
    [
        ([SamlProvider(name="Us", metadata_url=SITE)], "3 to 32 characters, .*, got 'Us'"),
        ([SamlProvider(name="Our Office", metadata_url=SITE)], "no white space, .* 'Our Office'"),
        ([GOOGLE, GOOGLE], "different names, got 'Google' twice"),
    ],
)
def test_a_providers_name_must_be_one_that_cognito_takes(
    providers: list[IdentityProvider], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        HostedSignIn(domain_prefix="retailer", return_urls=[SITE], providers=providers)
