"""A device that keeps passkeys (Web Authentication, level 2), in as much of it as Cognito asks."""

import base64
import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, NEW = 0x01, 0x04, 0x40
"""What the device says in its data (section 6.1): who was there, and that a key follows."""
Options = dict[str, Any]


class Device:
    """Keeps one passkey, and answers for the site that a browser is on.

    :param origin: where the browser is.
    :param flags: whether the device has seen somebody, and who it was.
    """

    def __init__(self, origin: str, *, flags: int = PRESENT | VERIFIED) -> None:
        self.origin, self.flags = origin, flags
        self._id = secrets.token_bytes(16)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._used = 0

    def create(self, options: Options) -> dict[str, Any]:
        """Make a passkey, as `navigator.credentials.create` does, in JSON."""
        numbers = self._key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        key = bytes(16) + len(self._id).to_bytes(2) + self._id + cbor(public)
        data = self._data(options["rp"]["id"], NEW) + key
        attestation = cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return self._told(
            {
                "clientDataJSON": self._client_data("webauthn.create", options),
                "attestationObject": encoded(attestation),
                "transports": ["internal"],
            }
        )

    def get(self, options: Options, *, user_id: str | None = None) -> dict[str, Any]:
        """Show it, as `navigator.credentials.get` does, in JSON."""
        data = self._data(options["rpId"], 0)
        client_data = self._client_data("webauthn.get", options)
        signed = data + hashlib.sha256(decoded(client_data)).digest()
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": encoded(data),
            "signature": encoded(self._key.sign(signed, ec.ECDSA(hashes.SHA256()))),
        }
        handle = {"userHandle": encoded(user_id.encode())} if user_id else {}
        return self._told({**response, **handle})

    def _told(self, response: dict[str, Any]) -> dict[str, Any]:
        told = {"type": "public-key", "id": encoded(self._id), "rawId": encoded(self._id)}
        more = {"authenticatorAttachment": "platform", "clientExtensionResults": {}}
        return {**told, **more, "response": response}

    def _client_data(self, kind: str, options: Options) -> str:
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return encoded(json.dumps({**told, "crossOrigin": False}).encode())

    def _data(self, relying_party: str, flags: int) -> bytes:
        self._used += 1
        whose = hashlib.sha256(relying_party.encode()).digest()
        return whose + bytes([self.flags | flags]) + self._used.to_bytes(4)


def encoded(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Return what is encoded."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def cbor(value: Any) -> bytes:
    """Return small integers, texts, bytes and maps of them in CBOR (RFC 8949)."""
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    return _head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    return (
        bytes([major << 5 | 24, number])
        if number < 256
        else bytes([major << 5 | 25]) + number.to_bytes(2)
    )
