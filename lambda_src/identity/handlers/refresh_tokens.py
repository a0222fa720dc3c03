"""POST /tokens/refresh: new tokens for whoever has a refresh token."""

from typing import TypedDict

import msgspec

from blockwork.runtime.bodies import read_body
from blockwork.runtime.http import Request, Response, http_handler
from identity.adapters.token_issuer import CognitoTokenIssuer
from identity.domain.directory import DirectoryBusyError
from identity.domain.sessions import RefreshToken, SessionEndedError, TokenIssuer


class RefreshBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The body of a refresh."""

    refresh_token: RefreshToken


class TokensView(TypedDict):
    """New tokens of a user.

    `expiresIn` is in seconds.
    """

    idToken: str
    accessToken: str
    expiresIn: int


def refresh_tokens(request: Request, *, issuer: TokenIssuer) -> Response[TokensView]:
    """Answer 200 with the new tokens."""
    tokens = issuer.refresh(read_body(request, RefreshBody).refresh_token)
    return Response.ok(
        {
            "idToken": tokens.id_token,
            "accessToken": tokens.access_token,
            "expiresIn": tokens.expires_in,
        }
    )


handler = http_handler(
    refresh_tokens,
    errors={SessionEndedError: 401, DirectoryBusyError: 503},
    issuer=CognitoTokenIssuer.from_environment,
)
