"""Users add passkeys and sign in by them, and choose their way of signing in.

AWS takes passkeys where the pool's sign-in policy has WEB_AUTHN, of the feature plan Essentials or
Plus: StartWebAuthnRegistration gives a browser its options, CompleteWebAuthnRegistration verifies
what it made, at most 20 a user, and each counts once; USER_AUTH asks for the preferred way, or by
SELECT_CHALLENGE which of those that the user has
(https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-selection-sdk.html).
A user who has set up a second factor signs in by a passkey only where it counts for both, and they
have said so (WebAuthnMfaSettings). Stock knows none of these calls, and drops the settings from
templates. Closed by answering them with a library that verifies as WebAuthn asks; a passkey
is kept with its user.
"""

import base64
import secrets
import time
from typing import Any

from ministack.services import cognito

from blockwork.local.emulator.gaps._cognito import (
    Answer,
    Data,
    attributes_of,
    error,
    invalid,
    serve,
    token_holder,
    user_of,
)
from blockwork.local.emulator.gaps._hooks import Properties, after_provisioning
from blockwork.local.emulator.gaps._passkey_sign_in import (
    FACTOR,
    SignIn,
    answered,
    factors,
    party_of,
    passkeys_of,
)
from blockwork.local.emulator.gaps._passkeys import ForeignOriginError, RefusedError

MOST_PASSKEYS = 20  # "Quotas in Amazon Cognito": passkeys per user
REGISTRATION_SECONDS = 300.0
SETTINGS = {
    "WebAuthnRelyingPartyID": "RelyingPartyId",
    "WebAuthnUserVerification": "UserVerification",
    "WebAuthnFactorConfiguration": "FactorConfiguration",
}
"""What templates call the settings of SetUserPoolMfaConfig."""


def close() -> None:
    """Answer what is asked of passkeys."""
    serve("StartWebAuthnRegistration", _start)
    serve("CompleteWebAuthnRegistration", _complete)
    serve("ListWebAuthnCredentials", _list)
    serve("DeleteWebAuthnCredential", _delete)
    after_provisioning("AWS::Cognito::UserPool", _configure, on=("create", "update"))
    _refuse_in_lite()
    _take_preference()
    SignIn().close()


def _configure(pool_id: str, properties: Properties) -> None:
    settings = {api: properties[name] for name, api in SETTINGS.items() if name in properties}
    cognito._user_pools[pool_id]["WebAuthnConfiguration"] = settings


def _refuse_in_lite() -> None:
    stock = cognito._user_pool_tier_error

    def refused(tier: Any, add_ons: Any, policies: Any, current: Any = None) -> Answer | None:
        if tier == "LITE" and FACTOR in factors({"Policies": policies}):
            return error(
                "FeatureUnavailableInTierException",
                "The following features need to be disabled for the LITE pricing tier configured: "
                "Passwordless sign-in",
            )
        answer: Answer | None = stock(tier, add_ons, policies, current)
        return answer

    cognito._user_pool_tier_error = refused


def _take_preference() -> None:
    def bind(operation: str) -> None:
        stock = getattr(cognito, operation)

        def prefer(data: Data) -> Answer:
            wanted = (data.get("WebAuthnMfaSettings") or {}).get("Enabled")
            holder = token_holder(data)[1] if "AccessToken" in data else user_of(data)
            app = (data.get("SoftwareTokenMfaSettings") or {}).get("Enabled")
            has_app = bool((holder or {}).get("_mfa_enabled")) if app is None else app
            if wanted and not has_app:
                return invalid("User must have another MFA method to enable passkey MFA.")
            answer: Answer = stock(data)
            if answer[0] == 200 and holder and wanted is not None:
                holder["_passkey_counts_for_both"] = wanted
            return answer

        setattr(cognito, operation, prefer)

    bind("_set_user_mfa_preference")
    bind("_admin_set_user_mfa_preference")


def _unauthorised() -> Answer:
    return error("NotAuthorizedException", "Access Token is not valid.")


def _start(data: Data) -> Answer:
    pool, user, client = token_holder(data)
    if pool is None or user is None:
        return _unauthorised()
    if FACTOR not in factors(pool):
        return error("WebAuthnNotEnabledException", "WebAuthn is not enabled for the user pool.")
    party = party_of(pool)
    if party is None:
        return error(
            "WebAuthnConfigurationMissingException", "There is no relying party id and no domain."
        )
    passkeys = passkeys_of(user)
    if len(passkeys) >= MOST_PASSKEYS:
        return error("LimitExceededException", f"A user has at most {MOST_PASSKEYS} passkeys.")
    challenge = secrets.token_bytes(32)
    user["_passkey_begun"] = {
        "challenge": base64.b64encode(challenge).decode(),
        "client": client,
        "expires": time.time() + REGISTRATION_SECONDS,
    }
    attributes = attributes_of(user)
    name = attributes.get("email") or user["Username"]
    options = party.creation_options(challenge, attributes["sub"], name, passkeys)
    return answered({"CredentialCreationOptions": options})


def _complete(data: Data) -> Answer:
    pool, user, client = token_holder(data)
    if pool is None or user is None:
        return _unauthorised()
    party = party_of(pool)
    if party is None or FACTOR not in factors(pool):
        return error("WebAuthnNotEnabledException", "WebAuthn is not enabled for the user pool.")
    begun = user.pop("_passkey_begun", None)
    if begun is None or begun["expires"] < time.time():
        return error("WebAuthnChallengeNotFoundException", "Challenge not found.")
    if begun["client"] != client:
        return error("WebAuthnClientMismatchException", "The challenge is another client's.")
    try:
        made = party.made(data["Credential"], base64.b64decode(begun["challenge"]))
    except ForeignOriginError as foreign:
        return error("WebAuthnOriginNotAllowedException", str(foreign))
    except RefusedError as refused:
        return invalid(f"Invalid passkey credential: {refused}")
    passkeys_of(user).append(made)
    return answered({})


def _list(data: Data) -> Answer:
    _, user, _ = token_holder(data)
    if user is None:
        return _unauthorised()
    begin, most = int(data.get("NextToken") or 0), data.get("MaxResults") or MOST_PASSKEYS
    passkeys = passkeys_of(user)
    told = [
        {name: value for name, value in passkey.items() if not name.startswith("_")}
        for passkey in passkeys[begin : begin + most]
    ]
    more = {"NextToken": str(begin + most)} if begin + most < len(passkeys) else {}
    return answered({"Credentials": told, **more})


def _delete(data: Data) -> Answer:
    _, user, _ = token_holder(data)
    if user is None:
        return _unauthorised()
    before = passkeys_of(user)
    user["_passkeys"] = [one for one in before if one["CredentialId"] != data.get("CredentialId")]
    if len(user["_passkeys"]) == len(before):
        return error("ResourceNotFoundException", "The passkey does not exist.")
    return answered({})
