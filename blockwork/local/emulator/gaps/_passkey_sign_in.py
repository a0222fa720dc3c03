"""Sign-in by choice (USER_AUTH): by a passkey, or by what else a user has."""

import base64
import hashlib
import json
import secrets

from ministack.core.responses import json_response
from ministack.services import cognito

from blockwork.local.emulator.gaps._cognito import (
    Answer,
    Data,
    Pool,
    User,
    attributes_of,
    error,
    invalid,
    pool_of,
    user_of,
)
from blockwork.local.emulator.gaps._passkeys import Passkey, RefusedError, RelyingParty
from blockwork.local.emulator.gaps.cognito_challenges import DEFAULT_MINUTES, Sessions

FACTOR, CHOICE, PASSWORD = "WEB_AUTHN", "SELECT_CHALLENGE", "PASSWORD"
BOTH_FACTORS = "MULTI_FACTOR_WITH_USER_VERIFICATION"


class SignIn:
    """USER_AUTH, and the answers to what it asks for."""

    def __init__(self) -> None:
        self._sessions = Sessions()

    def close(self) -> None:
        """Take the flow, and the two challenges of it that stock does not know."""
        self._stock_initiate = cognito._initiate_auth
        self._stock_respond = cognito._respond_to_auth_challenge
        cognito._initiate_auth = self._initiate
        cognito._respond_to_auth_challenge = self._respond

    def _initiate(self, data: Data) -> Answer:
        if data.get("AuthFlow") != "USER_AUTH":
            answer: Answer = self._stock_initiate(data)
            return answer
        pool = pool_of(data)
        client = ((pool or {}).get("_clients") or {}).get(data.get("ClientId"))
        if pool is None or client is None:
            return error("ResourceNotFoundException", "The client does not exist.")
        if "ALLOW_USER_AUTH" not in client["ExplicitAuthFlows"]:
            return invalid("USER_AUTH is not enabled for the client.")
        parameters = data.get("AuthParameters") or {}
        preferred = parameters.get("PREFERRED_CHALLENGE", "")
        return self._begin(pool, data, preferred, parameters)

    def _begin(self, pool: Pool, data: Data, wanted: str, parameters: Data) -> Answer:
        """Ask for what is wanted, or what is wanted of what there is."""
        name = parameters.get("USERNAME", "")
        user, unknown = cognito._resolve_user(pool, name)
        if user is None:
            hidden = cognito._hides_user_existence(pool, data["ClientId"])
            missing: Answer = self._pretend(pool, data["ClientId"], name) if hidden else unknown
            return missing
        if not user.get("Enabled", True):
            return error("NotAuthorizedException", "User is disabled.")
        ways = _ways(pool, user)
        if wanted == FACTOR and FACTOR in ways:
            passkeys = passkeys_of(user)
            return self._ask_for_passkey(pool, data["ClientId"], user["Username"], passkeys)
        if wanted in ("PASSWORD", "PASSWORD_SRP") and wanted in parameters:
            flow = "USER_PASSWORD_AUTH" if wanted == "PASSWORD" else "USER_SRP_AUTH"
            answer: Answer = self._stock_initiate(
                {**data, "AuthFlow": flow, "AuthParameters": parameters}
            )
            return answer
        session = self._open(pool, CHOICE, data["ClientId"], name)
        return answered({"ChallengeName": CHOICE, "Session": session, "AvailableChallenges": ways})

    def _pretend(self, pool: Pool, client: str, name: str) -> Answer:
        """Ask who does not exist for one of the pool's ways, always the same for a name.

        AWS picks one ("Managing user existence error responses", Cognito developer guide).
        """
        picked = hashlib.sha256(f"{pool['Id']} {name}".encode()).hexdigest()
        if FACTOR in factors(pool) and party_of(pool) and int(picked, 16) % 2:
            passkeys = [{"CredentialId": picked[:22]}]
            return self._ask_for_passkey(pool, client, name, passkeys)
        session = self._open(pool, PASSWORD, client, name)
        return answered({"ChallengeName": PASSWORD, "Session": session})

    def _ask_for_passkey(
        self, pool: Pool, client: str, name: str, passkeys: list[Passkey]
    ) -> Answer:
        party = party_of(pool)
        assert party is not None  # there is none without
        session = self._open(pool, FACTOR, client, name)
        options = party.request_options(_challenge_of(session), passkeys)
        asked = {"CREDENTIAL_REQUEST_OPTIONS": options, "USERNAME": name}
        return answered({"ChallengeName": FACTOR, "Session": session, "ChallengeParameters": asked})

    def _open(self, pool: Pool, challenge: str, client: str, name: str) -> str:
        session = base64.b64encode(secrets.token_bytes(32)).decode()
        minutes = pool["_clients"][client].get("AuthSessionValidity") or DEFAULT_MINUTES
        self._sessions.open(session, (challenge, client, name), 60.0 * minutes)
        return session

    def _respond(self, data: Data) -> Answer:
        challenge = data.get("ChallengeName", "")
        pool = pool_of(data)
        if challenge not in (FACTOR, CHOICE, PASSWORD) or pool is None:
            answer: Answer = self._stock_respond(data)
            return answer
        responses, session = data.get("ChallengeResponses") or {}, data.get("Session", "")
        user = user_of({**data, "Username": responses.get("USERNAME")})
        name = user["Username"] if user and challenge == FACTOR else responses.get("USERNAME", "")
        if not self._sessions.is_open(session, (challenge, data["ClientId"], name)):
            return error("NotAuthorizedException", "Invalid session for the user.")
        self._sessions.close(session)
        if challenge == CHOICE:
            wanted = responses.get("ANSWER", "")
            if wanted not in _ways(pool, user):
                return invalid(f"{wanted} is not available for the user.")
            return self._begin(pool, data, wanted, responses)
        if (
            user is None
            or challenge == PASSWORD
            or FACTOR not in _ways(pool, user)
            or not user.get("Enabled", True)
        ):
            return _refused()
        return _tokens(pool, data, user, responses.get("CREDENTIAL", ""), _challenge_of(session))


def _ways(pool: Pool, user: User | None) -> list[str]:
    """Return how a user may sign in: by a password, also who does not exist."""
    ways = ["PASSWORD", "PASSWORD_SRP"] if "PASSWORD" in factors(pool) else []
    if user is None or FACTOR not in factors(pool) or not party_of(pool):
        return ways
    counts = (pool.get("WebAuthnConfiguration") or {}).get("FactorConfiguration") == BOTH_FACTORS
    mode = pool.get("MfaConfiguration", "OFF")
    needs_two = mode == "ON" or (mode == "OPTIONAL" and bool(user.get("_mfa_enabled")))
    is_enough = not needs_two or (counts and user.get("_passkey_counts_for_both", False))
    return [*ways, FACTOR] if passkeys_of(user) and is_enough else ways


def _challenge_of(session: str) -> bytes:
    """Return what is signed: a session is random, and good for one answer."""
    return hashlib.sha256(session.encode()).digest()


def _tokens(pool: Pool, data: Data, user: User, credential: str, challenge: bytes) -> Answer:
    party = party_of(pool)
    assert party is not None  # there is none without
    try:
        shown = json.loads(credential)
        (passkey,) = [one for one in passkeys_of(user) if one["CredentialId"] == shown["id"]]
        party.check_shown(shown, challenge, passkey, attributes_of(user)["sub"])
    except (ValueError, KeyError, TypeError, RefusedError):
        return _refused()
    metadata = data.get("ClientMetadata", {})
    result = cognito._build_auth_result(
        pool["Id"], data["ClientId"], user, client_metadata=metadata
    )
    return answered({"AuthenticationResult": result})


def _refused() -> Answer:
    return error("NotAuthorizedException", "Incorrect username or password.")


def factors(pool: Pool) -> list[str]:
    """Return the ways to begin that a pool's sign-in policy has."""
    policy = (pool.get("Policies") or {}).get("SignInPolicy") or {}
    return policy.get("AllowedFirstAuthFactors") or ["PASSWORD"]


def party_of(pool: Pool) -> RelyingParty | None:
    """Return whom a pool's passkeys are made for, None if nobody is named."""
    settings = pool.get("WebAuthnConfiguration") or {}
    name = settings.get("RelyingPartyId") or pool.get("CustomDomain")
    must_verify = settings.get("UserVerification") == "required"
    return RelyingParty(name, must_verify) if name else None


def passkeys_of(user: User) -> list[Passkey]:
    """Return the passkeys that are kept with a user."""
    passkeys: list[Passkey] = user.setdefault("_passkeys", [])
    return passkeys


def answered(body: Data) -> Answer:
    """Return the answer that says this."""
    answer: Answer = json_response(body)
    return answer
