"""An issuer of tokens with keys of its own, for tests of what verifies them."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ISSUER = "https://login.partner.example"
AUDIENCE = "orders"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Key:
    """A key pair with its id."""

    kid: str
    private: PrivateKey

    @property
    def algorithm(self) -> str:
        """By which it signs unless told otherwise."""
        return "RS256" if isinstance(self.private, rsa.RSAPrivateKey) else "ES256"

    @property
    def public_pem(self) -> bytes:
        """The public half, as a file."""
        return self.private.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )

    def jwk(self, **changes: Any) -> dict[str, Any]:
        """Return the public half as the issuer shows it."""
        public = self.private.public_key()
        if isinstance(public, rsa.RSAPublicKey):
            shown = jwt.algorithms.RSAAlgorithm.to_jwk(public, as_dict=True)
        else:
            shown = jwt.algorithms.ECAlgorithm.to_jwk(public, as_dict=True)
        return {**shown, "kid": self.kid, "use": "sig", "alg": self.algorithm, **changes}

    def sign(
        self, claims: dict[str, Any] | None = None, headers: dict[str, Any] | None = None
    ) -> str:
        """Return a token: a good one, or with these claims and headers."""
        content = good_claims() if claims is None else claims
        return jwt.encode(
            content, self.private, self.algorithm, headers={"kid": self.kid, **(headers or {})}
        )


@cache
def rsa_key(kid: str, bits: int = 2048) -> Key:
    """Return the RSA key of that id, always the same."""
    return Key(kid, rsa.generate_private_key(public_exponent=65537, key_size=bits))


@cache
def ec_key(kid: str) -> Key:
    """Return the key on the curve P-256 of that id, always the same."""
    return Key(kid, ec.generate_private_key(ec.SECP256R1()))


def good_claims(*without: str, **changes: Any) -> dict[str, Any]:
    """Return the claims of a good token, without some and with others."""
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "partner-7",
        "exp": now + 300,
        "iat": now,
        "scope": "orders:write",
        **changes,
    }
    return {name: value for name, value in claims.items() if name not in without}


def key_set(keys: Sequence[Key | dict[str, Any]]) -> bytes:
    """Return what the issuer shows at its JWKS address."""
    shown = [key.jwk() if isinstance(key, Key) else key for key in keys]
    return json.dumps({"keys": shown}).encode()


def forged(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    """Return a token of any header and signature, also of those that no library would make."""
    segments = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(jwt.utils.base64url_encode(segment).decode() for segment in segments)
