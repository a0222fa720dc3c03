"""Sign-in with accounts of elsewhere: outside identity providers behind Cognito's sign-in pages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from aws_cdk import SecretValue, Token
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from constructs_lib.asked_once import path_of

# "User pool domain" of the Cognito developer guide: reserved words, and what a label may hold.
DOMAIN_PREFIX = re.compile(r"(?!.*(aws|amazon|cognito))[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
PROVIDER_NAME = re.compile(r"[^_\s][^\s,|]{1,30}[^_\s,|]")
# API reference, UserPoolClientType: a client's WriteAttributes must include all that is mapped.
# Cognito refuses a client that is to write one of these ("Invalid write attributes specified").
NEVER_WRITTEN = frozenset({"sub", "email_verified", "phone_number_verified"})
SAML_EMAIL = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"


class IdentityProvider(Protocol):
    """An outside identity provider whose accounts may sign in.

    What it maps, the website's client may write, and so its users may: a provider never maps
    `email_verified`, and an address of elsewhere counts as unverified.
    """

    @property
    def name(self) -> str:
        """What the provider is called in Cognito, 3 to 32 characters."""
        ...

    def add_to(
        self, scope: Construct, pool: cognito.IUserPool
    ) -> cognito.IUserPoolIdentityProvider:
        """Make the provider known to a user pool."""
        ...


@dataclass(frozen=True, kw_only=True)
class OidcProvider:
    """A provider that speaks OpenID Connect.

    :param name: how it is called, 3 to 32 characters.
    :param issuer: its issuer URL; `/.well-known/openid-configuration` below it says the rest.
    :param client_id: what the provider knows us as.
    :param secret_name: name of the Secrets Manager secret whose whole string is the client secret;
        the template holds a reference, never the value.
    """

    name: str
    issuer: str
    client_id: str
    secret_name: str

    def add_to(
        self, scope: Construct, pool: cognito.IUserPool
    ) -> cognito.IUserPoolIdentityProvider:
        """Make it known."""
        return cognito.UserPoolIdentityProviderOidc(
            scope,
            self.name,
            user_pool=pool,
            name=self.name,
            issuer_url=self.issuer,
            client_id=self.client_id,
            client_secret=SecretValue.secrets_manager(self.secret_name).unsafe_unwrap(),
            scopes=["openid", "email"],
            attribute_mapping=cognito.AttributeMapping(
                email=cognito.ProviderAttribute.other("email")
            ),
        )


@dataclass(frozen=True, kw_only=True)
class GoogleProvider:
    """Google accounts.

    :param client_id: of the OAuth client in the Google Cloud console.
    :param secret_name: name of the Secrets Manager secret whose whole string is the client secret.
    """

    client_id: str
    secret_name: str
    name: str = "Google"

    def add_to(
        self, scope: Construct, pool: cognito.IUserPool
    ) -> cognito.IUserPoolIdentityProvider:
        """Make it known."""
        return cognito.UserPoolIdentityProviderGoogle(
            scope,
            self.name,
            user_pool=pool,
            client_id=self.client_id,
            client_secret_value=SecretValue.secrets_manager(self.secret_name),
            scopes=["openid", "email"],
            attribute_mapping=cognito.AttributeMapping(
                email=cognito.ProviderAttribute.GOOGLE_EMAIL
            ),
        )


@dataclass(frozen=True, kw_only=True)
class SamlProvider:
    """A provider that speaks SAML 2.0, such as a company's directory.

    :param name: how it is called, 3 to 32 characters.
    :param metadata_url: where its metadata document is.
    """

    name: str
    metadata_url: str

    def add_to(
        self, scope: Construct, pool: cognito.IUserPool
    ) -> cognito.IUserPoolIdentityProvider:
        """Make it known."""
        return cognito.UserPoolIdentityProviderSaml(
            scope,
            self.name,
            user_pool=pool,
            name=self.name,
            metadata=cognito.UserPoolIdentityProviderSamlMetadata.url(self.metadata_url),
            attribute_mapping=cognito.AttributeMapping(
                email=cognito.ProviderAttribute.other(SAML_EMAIL)
            ),
        )


@dataclass(frozen=True, kw_only=True)
class HostedSignIn:
    """Cognito's own sign-in pages, which accounts of outside providers need.

    :param domain_prefix: what the pages' host name begins with, unique in its region.
    :param return_urls: where a browser may be sent after signing in or out.
    :param providers: whose accounts may sign in too. Default: nobody's.
    :raises ValueError: if the prefix is none that Cognito takes, or there is nowhere to return to,
        or a provider's name cannot be, or is there twice.
    """

    domain_prefix: str
    return_urls: Sequence[str]
    providers: Sequence[IdentityProvider] = ()

    def __post_init__(self) -> None:
        """Refuse what Cognito would refuse in the middle of a deployment."""
        check_domain_prefix(self.domain_prefix)
        if not self.return_urls:
            raise ValueError("return_urls must name at least one address of the website")
        names = [provider.name for provider in self.providers]
        for name in names:
            if not PROVIDER_NAME.fullmatch(name):
                raise ValueError(
                    "a provider's name must have 3 to 32 characters, no white space, and no _ at "
                    f"its ends, got {name!r}"
                )
            if names.count(name) > 1:
                raise ValueError(f"providers must have different names, got {name!r} twice")

    def add_providers_to(self, scope: Construct, pool: cognito.IUserPool) -> frozenset[str]:
        """Make every provider known, and return the pool's attributes that they write.

        :raises ValueError: if one of them maps an attribute that no client may write: nobody could
            sign in with its accounts.
        """
        mapped: set[str] = set()
        for provider in self.providers:
            made = provider.add_to(scope, pool).node.default_child
            mapping = cast(cognito.CfnUserPoolIdentityProvider, made).attribute_mapping
            attributes = set(cast(Mapping[str, str], mapping or {}))
            if forbidden := attributes & NEVER_WRITTEN:
                raise ValueError(
                    "a provider must map attributes that a client may write,"
                    f" {provider.name!r} maps {sorted(forbidden)} (at {path_of(scope)})"
                )
            mapped |= attributes - {"username"}
        return frozenset(mapped)


def check_domain_prefix(prefix: str, *, at: str = "") -> None:
    """Refuse what the host name of a user pool cannot begin with.

    :param at: the path of the block that asks, where there is one.
    :raises ValueError: names it.
    """
    if not Token.is_unresolved(prefix) and not DOMAIN_PREFIX.fullmatch(prefix):
        raise ValueError(
            "domain_prefix must be 1 to 63 lower-case letters, digits or inner hyphens, without"
            f" 'aws', 'amazon' or 'cognito', got {prefix!r}" + (at and f" (at {at})")
        )
