"""Sign-in without a password: passkeys of a website's visitors (WebAuthn)."""

import re
from dataclasses import dataclass
from typing import cast

from aws_cdk import Token
from aws_cdk import aws_cognito as cognito

from constructs_lib.blocks.host_names import HOST

REQUIRED = cognito.PasskeyUserVerification.REQUIRED
BY_PASSKEY = cognito.SignInPolicy(
    allowed_first_auth_factors=cognito.AllowedFirstAuthFactors(password=True, passkey=True)
)
LOCALHOST = "localhost"
# `passkeyRelyingPartyId` of the CDK's UserPool.
LONGEST_RELYING_PARTY = 63


@dataclass(frozen=True, kw_only=True)
class Passkeys:
    """Passkeys for the users of a :class:`UserDirectory`, beside their passwords.

    A user who is signed in adds one (`StartWebAuthnRegistration`), and signs in by it from then on
    (`USER_AUTH`, challenge `WEB_AUTHN`)::

        UserDirectory(self, "Users", passkeys=Passkeys(site="www.example.org"))

    Passkeys are of Cognito's feature plan Essentials, which is paid per active user; the directory
    takes it, or Plus, by itself. A pool that exists changes its plan without being replaced.

    :param site: the host name of the website that asks for them, such as `www.example.org`. On a
        developer's machine `localhost`, the only name that browsers take without TLS.
    :param relying_party: the name that passkeys are made for: the site's, or a domain above it
        whose other sites are to take them too, such as `example.org`. With another one later every
        passkey made until then is lost. Default: the site's.
    :param user_verification: whether a device has to see that it is its owner who uses it, by
        fingerprint, face or PIN. Default: it has to, and then a passkey counts for both factors.
        With `PREFERRED` whoever holds a plain security key is let in.
    :raises ValueError: if a name is none that browsers take, or the site is not below the relying
        party (Web Authentication, section 5.1.3: its effective domain, or a suffix of it that can
        be registered).
    """

    site: str
    relying_party: str | None = None
    user_verification: cognito.PasskeyUserVerification = REQUIRED

    def __post_init__(self) -> None:
        """Refuse what no browser would make a passkey for."""
        _check_name("site", self.site)
        party = self.owner
        if party == self.site or Token.is_unresolved(party) or Token.is_unresolved(self.site):
            return
        _check_name("relying_party", party)
        if not self.site.endswith(f".{party}"):
            raise ValueError(
                f"relying_party must be the site {self.site!r} or a domain above it, such as "
                f"{self.site.partition('.')[2] or self.site!r}, got {party!r}: browsers make "
                "passkeys for no other"
            )

    @property
    def owner(self) -> str:
        """The relying party's id."""
        return self.relying_party or self.site

    @property
    def verifies(self) -> bool:
        """Whether a passkey shows who uses it, and so counts for both factors."""
        return self.user_verification is REQUIRED


def count_for_both_factors(pool: cognito.UserPool) -> None:
    """Let a passkey that verified its user stand for both factors, for who has set up two."""
    cfn_pool = cast(cognito.CfnUserPool, pool.node.default_child)
    cfn_pool.web_authn_factor_configuration = "MULTI_FACTOR_WITH_USER_VERIFICATION"


def check_with_second_factor(
    passkeys: Passkeys | None, second_factor: cognito.Mfa, *, at: str
) -> None:
    """Refuse passkeys that would be let in where two factors are asked for.

    :param at: the path of the block that asks.
    :raises ValueError: says what goes together ("WebAuthnConfigurationType", Cognito API
        reference: only a passkey with user verification satisfies what MFA asks for).
    """
    if passkeys and second_factor is cognito.Mfa.REQUIRED and not passkeys.verifies:
        raise ValueError(
            "passkeys must have user_verification REQUIRED where second_factor is REQUIRED, got "
            f"{passkeys.user_verification.name}: a passkey counts for two factors only if the "
            f"device verifies its user (at {at})"
        )


def _check_name(argument: str, name: str) -> None:
    if Token.is_unresolved(name) or name == LOCALHOST:
        return
    is_address = re.fullmatch(r"[\d.]+", name) is not None
    if is_address or not HOST.fullmatch(name) or len(name) > LONGEST_RELYING_PARTY:
        raise ValueError(
            f"{argument} must be a host name in lower case of at most {LONGEST_RELYING_PARTY} "
            "characters, without scheme, port or path, such as 'www.example.org', or "
            f"{LOCALHOST!r}, got {name!r}"
        )
