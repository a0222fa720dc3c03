"""Where a second factor is required, nobody signs in without having set one up.

AWS answers the password of who has no authenticator app yet by MFA_SETUP, also after the first own
password; its session is good for AssociateSoftwareToken, that one's for VerifySoftwareToken, and
that one's ends the challenge
(https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa-totp.html). Stock
lets them in, keeps an app that was set up by a session for nobody, and asks MFA_SETUP of nobody.
Closed where challenges are given out and where an app is set up.
"""

import base64
import json
import secrets
from typing import Any

from ministack.services import cognito

from blockwork.local.emulator.gaps._cognito import Answer, Data, User, error, pool_of, user_of

APP = "SOFTWARE_TOKEN_MFA"
STEPS = ("_associate_software_token", "_verify_software_token")


class Setups:
    """Who is setting up an app: by the session of each step, the challenge's and the user."""

    def __init__(self) -> None:
        self._begun: dict[str, tuple[str, User]] = {}
        self._done: dict[str, str] = {}

    def challenge(self, user: User, username: str) -> Data:
        """Begin, and return what is asked for."""
        session = base64.b64encode(secrets.token_bytes(32)).decode()
        self._begun[session] = (session, user)
        return {
            "ChallengeName": "MFA_SETUP",
            "Session": session,
            "ChallengeParameters": {
                "USER_ID_FOR_SRP": username,
                "MFAS_CAN_SETUP": json.dumps([APP]),
            },
        }

    def follow(self, operation: str) -> None:
        """Take a step by the session of the one before, and remember the app of who took it."""
        stock = getattr(cognito, operation)

        def run(data: Data) -> Answer:
            session = data.get("Session", "")
            begun = self._begun.get(session)
            if session and begun is None:
                return _refused()
            secret = cognito._totp_session_secrets.get(session)
            answer: Answer = stock(data)
            if begun is None or answer[0] != 200:
                return answer
            self._begun.pop(session)
            following = json.loads(answer[2])["Session"]
            if secret is None:
                self._begun[following] = begun
            else:
                begun[1].update(_totp_secret=secret, _mfa_enabled=[APP], _preferred_mfa=APP)
                self._done[following] = begun[0]
            return answer

        setattr(cognito, operation, run)

    def end(self, data: Data) -> Data | None:
        """Return the answer to a challenge with its own session, None if no app was set up."""
        session = self._done.pop(data.get("Session", ""), None)
        return {**data, "Session": session} if session else None


def close() -> None:
    """Ask for what is required."""
    setups, ask = Setups(), cognito._mfa_challenge_for_user

    def required(pool: Data, user: User, pool_id: str, username: str) -> Data | None:
        challenge: Data | None = ask(pool, user, pool_id, username)
        if challenge is None and pool.get("MfaConfiguration") == "ON":
            return setups.challenge(user, username)
        return challenge

    cognito._mfa_challenge_for_user = required
    for operation in STEPS:
        setups.follow(operation)
    for operation in ("_respond_to_auth_challenge", "_admin_respond_to_auth_challenge"):
        _bind(operation, setups)


def _bind(operation: str, setups: Setups) -> None:
    stock = getattr(cognito, operation)

    def respond(data: Data) -> Answer:
        challenge = data.get("ChallengeName")
        if challenge == "MFA_SETUP":
            ended = setups.end(data)
            answer: Answer = stock(ended) if ended else _refused()
            return answer
        answer = stock(data)
        if challenge == "NEW_PASSWORD_REQUIRED" and answer[0] == 200:
            return _next(data) or answer
        return answer

    setattr(cognito, operation, respond)


def _next(data: Data) -> Answer | None:
    """Return what is asked for after the first own password."""
    client = data.get("ClientId", "")
    named: dict[str, Any] = {**data, "Username": data["ChallengeResponses"].get("USERNAME")}
    pool, user = pool_of(data), user_of(named)
    if pool is None or user is None or pool.get("MfaConfiguration") != "ON":
        return None
    answer: Answer = cognito._password_auth_result(
        pool, pool["Id"], client, user, user["Username"], data=data
    )
    return answer


def _refused() -> Answer:
    return error("NotAuthorizedException", "Invalid session for the user.")
