"""A user pool for the emulator's tests, and what its users do."""

import base64
import json
import re
from typing import Any, cast

import httpx
from pycognito.aws_srp import AWSSRP

from tests.emulator.support import Aws, eventually

PASSWORD = "Correct-horse-7"


def user_pool(**properties: Any) -> dict[str, Any]:
    """Return a pool `Pool` like the platform's, with its client `Client`."""
    return {
        "Pool": {
            "Type": "AWS::Cognito::UserPool",
            "Properties": {
                "UsernameAttributes": ["email"],
                "AutoVerifiedAttributes": ["email"],
                "AccountRecoverySetting": {
                    "RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}]
                },
                "MfaConfiguration": "OPTIONAL",
                "EnabledMfas": ["SOFTWARE_TOKEN_MFA"],
                **properties,
            },
        },
        "Client": {
            "Type": "AWS::Cognito::UserPoolClient",
            "Properties": {
                "UserPoolId": {"Ref": "Pool"},
                "ExplicitAuthFlows": [
                    "ALLOW_USER_SRP_AUTH",
                    "ALLOW_USER_PASSWORD_AUTH",
                    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
                    "ALLOW_REFRESH_TOKEN_AUTH",
                ],
                "PreventUserExistenceErrors": "ENABLED",
            },
        },
    }


class People:
    """The users of a deployed pool; what visitors may do, boto3 sends unsigned.

    :param made: the outputs `pool` and `client` of its stack.
    """

    def __init__(self, aws: Aws, made: dict[str, str]) -> None:
        self.pool, self.client_id = made["pool"], made["client"]
        self.cognito = aws.client("cognito-idp")

    def invite(self, email: str, *, password: str = PASSWORD) -> str:
        """Make somebody who can sign in, and return their `sub`."""
        identity = {"UserPoolId": self.pool, "Username": email}
        verified = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
        made = self.cognito.admin_create_user(
            **identity, UserAttributes=verified, MessageAction="SUPPRESS"
        )
        self.cognito.admin_set_user_password(**identity, Password=password, Permanent=True)
        attributes = {one["Name"]: one["Value"] for one in made["User"]["Attributes"]}
        return str(attributes["sub"])

    def sign_up(self, email: str) -> dict[str, Any]:
        """Sign up as a visitor does."""
        answer = self.cognito.sign_up(ClientId=self.client_id, Username=email, Password=PASSWORD)
        return cast(dict[str, Any], answer)

    def sign_in(self, email: str, password: str = PASSWORD) -> dict[str, Any]:
        """Sign in with the password, and return Cognito's answer."""
        answer = self.cognito.initiate_auth(
            ClientId=self.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
        return cast(dict[str, Any], answer)

    def prove(self, email: str, password: str = PASSWORD) -> dict[str, Any]:
        """Sign in by SRP, as the website does, and return Cognito's answer."""
        srp = AWSSRP(
            username=email,
            password=password,
            pool_id=self.pool,
            client_id=self.client_id,
            client=self.cognito,
        )
        started = self.cognito.initiate_auth(
            ClientId=self.client_id, AuthFlow="USER_SRP_AUTH", AuthParameters=srp.get_auth_params()
        )
        parameters = started["ChallengeParameters"]
        return self.respond(
            "PASSWORD_VERIFIER", srp.process_challenge(parameters, {"USERNAME": email})
        )

    def respond(
        self, challenge: str, responses: dict[str, str], session: str = ""
    ) -> dict[str, Any]:
        """Answer a challenge, and return Cognito's answer."""
        answer = self.cognito.respond_to_auth_challenge(
            ClientId=self.client_id,
            ChallengeName=challenge,
            ChallengeResponses=responses,
            **({"Session": session} if session else {}),
        )
        return cast(dict[str, Any], answer)

    def refresh(self, token: str) -> dict[str, Any]:
        """Return new tokens for a refresh token."""
        answer = self.cognito.initiate_auth(
            ClientId=self.client_id,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": token},
        )
        return cast(dict[str, Any], answer["AuthenticationResult"])


class Post:
    """What arrives in everybody's mailbox."""

    def __init__(self, aws: Aws, http: httpx.Client) -> None:
        self._url, self._http = f"http://127.0.0.1:{aws.port + 2}/mails", http

    def texts(self, email: str) -> list[str]:
        """Return the texts of the mails to an address, the oldest first."""
        return [mail["text"] for mail in self._http.get(self._url).json() if email in mail["to"]]

    def codes(self, email: str, *, count: int = 1) -> list[str]:
        """Wait for so many mails with a code, and return the codes, the oldest first."""
        texts = eventually(lambda: found if len(found := self.texts(email)) >= count else None)
        return re.findall(r"\b\d{6}\b", " ".join(texts))


def claims(token: str) -> dict[str, Any]:
    """Return what a token says, unverified."""
    payload = token.split(".")[1]
    content = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return cast(dict[str, Any], content)
