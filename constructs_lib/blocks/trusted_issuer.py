"""Whose tokens an authorizer takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aws_cdk import Token

THIS_MACHINE = ("localhost", "127.0.0.1")


@dataclass(frozen=True, kw_only=True)
class TrustedIssuer:
    """An issuer of JSON Web Tokens (RFC 7519) with keys of its own; see :class:`TokenAuthorizer`.

    :param issuer: `iss` of its tokens, an https URL; without TLS only on this machine.
    :param audience: `aud` of good tokens has this value, or one of these.
    :param jwks_url: where it shows its keys (RFC 7517). Default:
        `<issuer>/.well-known/jwks.json`.
    :param requires: claims that its tokens must have besides, with their values, such as
        `{"token_use": "id"}`. Default: none.
    :raises ValueError: if an address is not one of those, or `audience` names nobody.
    """

    issuer: str
    audience: str | Sequence[str]
    jwks_url: str | None = None
    requires: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what no token could fit."""
        _check_url("issuer", self.issuer)
        _check_url("jwks_url", self.keys_url)
        if not self.audiences or "" in self.audiences:
            raise ValueError(
                "audience must name whom good tokens are for, such as 'orders', "
                f"got {self.audience!r}"
            )

    @property
    def audiences(self) -> list[str]:
        """All of them."""
        return [self.audience] if isinstance(self.audience, str) else list(self.audience)

    @property
    def keys_url(self) -> str:
        """Where its keys are."""
        return self.jwks_url or f"{self.issuer.rstrip('/')}/.well-known/jwks.json"


def _check_url(name: str, url: str) -> None:
    if Token.is_unresolved(url):
        return
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in THIS_MACHINE)
    if not parts.hostname or not is_safe or parts.username is not None or parts.fragment:
        raise ValueError(
            f"{name} must be an https URL such as 'https://login.example.org', or an http one of "
            f"localhost, without user and fragment, got {url!r}"
        )
