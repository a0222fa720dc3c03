"""What WebAuthn says of passkeys: what a browser is asked, and whether its answer is true.

The library is imported where it is needed: it would be a tenth of what the emulator takes to start.
"""

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

Passkey = dict[str, Any]
"""As ListWebAuthnCredentials tells it, and `_key` and `_count` for its signatures."""


class RefusedError(Exception):
    """A browser's answer is not believed."""


class ForeignOriginError(RefusedError):
    """The browser was not on a site of the relying party."""


@dataclass(frozen=True)
class RelyingParty:
    """Whom passkeys are made for.

    :param id: the host name, which is a site's or that of a domain above it.
    :param must_verify: whether the device has to see that it is its owner.
    """

    id: str
    must_verify: bool

    @property
    def _verification(self) -> Any:
        from webauthn.helpers.structs import UserVerificationRequirement

        return UserVerificationRequirement("required" if self.must_verify else "preferred")

    def creation_options(
        self, challenge: bytes, user_id: str, name: str, passkeys: list[Passkey]
    ) -> dict[str, Any]:
        """Return what a browser makes a passkey by, on a device that has none of these."""
        from webauthn import generate_registration_options, options_to_json
        from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement

        options = generate_registration_options(
            rp_id=self.id,
            rp_name=self.id,
            user_id=user_id.encode(),
            user_name=name,
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=self._verification
            ),
            exclude_credentials=_described(passkeys),
        )
        written: dict[str, Any] = json.loads(options_to_json(options))
        return written

    def request_options(self, challenge: bytes, passkeys: list[Passkey]) -> str:
        """Return what a browser shows one of these passkeys by."""
        from webauthn import generate_authentication_options, options_to_json

        options = generate_authentication_options(
            rp_id=self.id,
            challenge=challenge,
            allow_credentials=_described(passkeys),
            user_verification=self._verification,
        )
        written: str = options_to_json(options)
        return written

    def made(self, credential: dict[str, Any], challenge: bytes) -> Passkey:
        """Return the passkey that a browser made for a challenge.

        :raises RefusedError: if it did not.
        """
        from webauthn import verify_registration_response
        from webauthn.helpers import bytes_to_base64url
        from webauthn.helpers.exceptions import WebAuthnException

        try:
            verified = verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.id,
                expected_origin=self._origin_of(credential),
                require_user_verification=self.must_verify,
            )
        except (WebAuthnException, ValueError) as wrong:
            raise RefusedError(str(wrong)) from wrong
        attachment = credential.get("authenticatorAttachment")
        return {
            "CredentialId": bytes_to_base64url(verified.credential_id),
            "FriendlyCredentialName": "Security key"
            if attachment == "cross-platform"
            else "Passkey",
            "RelyingPartyId": self.id,
            **({"AuthenticatorAttachment": attachment} if attachment else {}),
            "AuthenticatorTransports": credential["response"].get("transports") or [],
            "CreatedAt": time.time(),
            "_key": bytes_to_base64url(verified.credential_public_key),
            "_count": verified.sign_count,
        }

    def check_shown(
        self, credential: dict[str, Any], challenge: bytes, passkey: Passkey, user_id: str
    ) -> None:
        """Note that a passkey was used, if the browser's answer to a challenge shows it.

        :raises RefusedError: if it does not.
        """
        from webauthn import verify_authentication_response
        from webauthn.helpers import base64url_to_bytes
        from webauthn.helpers.exceptions import WebAuthnException

        try:
            verified = verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.id,
                expected_origin=self._origin_of(credential),
                credential_public_key=base64url_to_bytes(passkey["_key"]),
                credential_current_sign_count=passkey["_count"],
                require_user_verification=self.must_verify,
            )
        except (WebAuthnException, ValueError) as wrong:
            raise RefusedError(str(wrong)) from wrong
        handle = credential["response"].get("userHandle")
        if handle and base64url_to_bytes(handle) != user_id.encode():
            raise RefusedError("the passkey is somebody else's")
        passkey["_count"] = verified.new_sign_count

    def _origin_of(self, credential: dict[str, Any]) -> str:
        """Return where the browser was, if that is a site of the relying party."""
        from webauthn.helpers import base64url_to_bytes

        try:
            told = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
            origin = str(told["origin"])
            at = urlsplit(origin)
        except (KeyError, TypeError, ValueError) as wrong:
            raise RefusedError(f"clientDataJSON cannot be read: {wrong}") from wrong
        host = at.hostname or ""
        is_secure = at.scheme == "https" or (at.scheme == "http" and host == "localhost")
        if not is_secure or not f".{host}".endswith(f".{self.id}"):
            raise ForeignOriginError(f"{origin} is no site of {self.id}")
        return origin


def _described(passkeys: list[Passkey]) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey["CredentialId"]))
        for passkey in passkeys
    ]
