"""New tokens from Cognito for a refresh token."""

import os
from typing import TYPE_CHECKING, Self

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from blockwork.runtime.aws import PATIENCE
from identity.domain.directory import DirectoryBusyError
from identity.domain.sessions import RefreshToken, SessionEndedError, Tokens

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


class CognitoTokenIssuer:
    """The port `TokenIssuer` on Cognito.

    :param client: a client of Cognito user pools; it needs no credentials.
    :param client_id: the id of the user pool's client that the tokens are for.
    """

    def __init__(self, client: "CognitoIdentityProviderClient", client_id: str) -> None:
        self._client = client
        self._client_id = client_id

    @classmethod
    def from_environment(cls) -> Self:
        """Refresh for the client whose id is in the variable USER_POOL_CLIENT_ID."""
        # What anybody may ask Cognito needs no signature, and so the function no permission.
        config = PATIENCE.merge(Config(signature_version=UNSIGNED))
        return cls(boto3.client("cognito-idp", config=config), os.environ["USER_POOL_CLIENT_ID"])

    def refresh(self, token: RefreshToken) -> Tokens:
        """Return new tokens; the refresh token stays the same until it expires."""
        errors = self._client.exceptions
        try:
            answer = self._client.initiate_auth(
                ClientId=self._client_id,
                AuthFlow="REFRESH_TOKEN_AUTH",
                AuthParameters={"REFRESH_TOKEN": str(token)},
            )
        except (
            errors.NotAuthorizedException,
            errors.UserNotFoundException,
            errors.UserNotConfirmedException,
            errors.PasswordResetRequiredException,
        ) as error:
            raise SessionEndedError from error
        except errors.TooManyRequestsException as error:
            raise DirectoryBusyError from error
        result = answer["AuthenticationResult"]
        return Tokens(
            id_token=result["IdToken"],
            access_token=result["AccessToken"],
            expires_in=result["ExpiresIn"],
        )
