"""The second step of a sign-in is only for who took the first.

AWS gives out a session with a challenge, good for AuthSessionValidity (3) minutes and one answer;
it holds a new password against the policy; and it asks for the code of an authenticator app once
the user has chosen it by SetUserMFAPreference
(https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa-totp.html). Stock
lets anybody set the first password of an invited user, takes a code without a password, and
chooses for the user. Closed around what gives challenges out and what takes their answers.
"""

import json
import time
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import cognito

Answer = tuple[int, dict[str, str], bytes]
Data = dict[str, Any]

CHALLENGES = ("NEW_PASSWORD_REQUIRED", "SOFTWARE_TOKEN_MFA", "MFA_SETUP")
DEFAULT_MINUTES = 3

Session = tuple[str, str, str]
"""Challenge, client, user."""


class Sessions:
    """What was given out and not yet answered."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Session, float]] = {}

    def open(self, token: str, session: Session, seconds: float) -> None:
        """Give one out."""
        now = time.time()
        self._open = {t: kept for t, kept in self._open.items() if kept[1] > now}
        self._open[token] = (session, now + seconds)

    def is_open(self, token: str, session: Session) -> bool:
        """Tell whether it was given out for this."""
        given, expires = self._open.get(token, (None, 0.0))
        return given == session and time.time() < expires

    def close(self, token: str) -> None:
        """Take it back."""
        self._open.pop(token, None)


def close() -> None:
    """Bind answers to sessions, and leave the choice to the user."""
    sessions = Sessions()
    ask, verify = cognito._password_auth_result, cognito._verify_software_token

    def remember(
        pool: Data, pool_id: str, client_id: str, user: Data, *more: Any, **named: Any
    ) -> Any:
        answer = ask(pool, pool_id, client_id, user, *more, **named)
        asked = json.loads(answer[2])
        if "ChallengeName" in asked:
            minutes = pool["_clients"][client_id].get("AuthSessionValidity") or DEFAULT_MINUTES
            session = (asked["ChallengeName"], client_id, user["Username"])
            sessions.open(asked["Session"], session, 60.0 * minutes)
        return answer

    def verify_only(data: Data) -> Any:
        user = cognito._user_for_access_token(data.get("AccessToken")) or {}
        chosen = list(user.get("_mfa_enabled", [])), user.get("_preferred_mfa", "")
        answer = verify(data)
        if user:
            user["_mfa_enabled"], user["_preferred_mfa"] = chosen
        return answer

    cognito._password_auth_result = remember
    cognito._verify_software_token = verify_only
    for operation in ("_respond_to_auth_challenge", "_admin_respond_to_auth_challenge"):
        _bind(operation, sessions)


def _bind(operation: str, sessions: Sessions) -> None:
    stock = getattr(cognito, operation)

    def respond(data: Data) -> Answer:
        challenge = data.get("ChallengeName", "")
        if challenge not in CHALLENGES:
            answer: Answer = stock(data)
            return answer
        pool = cognito._pool_for_client(data.get("ClientId"))[0] or {"_users": {}}
        responses = data.get("ChallengeResponses") or {}
        user = cognito._resolve_user(pool, responses.get("USERNAME"))[0] or {}
        token = data.get("Session", "")
        session = (challenge, data.get("ClientId", ""), user.get("Username", ""))
        if not sessions.is_open(token, session):
            return _refused()
        new = responses.get("NEW_PASSWORD", "")
        weak = challenge == "NEW_PASSWORD_REQUIRED" and cognito._validate_password(pool, new)
        answer = weak or stock(data)
        if answer[0] == 200:
            sessions.close(token)
        return answer

    setattr(cognito, operation, respond)


def _refused() -> Answer:
    text = "Invalid session for the user."
    answer: Answer = error_response_json("NotAuthorizedException", text, 400)
    return answer
