"""Staying signed in: a refresh token is exchanged for new tokens."""

import re
from dataclasses import dataclass, field
from typing import ClassVar, Protocol, Self

# Cognito's are about 1,800 characters of a JWE, in five parts.
REFRESH_TOKEN = re.compile(r"[A-Za-z0-9_=.-]{1,4096}")


class SessionEndedError(Exception):
    """A refresh token does not count, or not any more."""

    def __init__(self) -> None:
        super().__init__("the refresh token has expired or was revoked; sign in again")


class RefreshToken(str):
    """What a signed-in user gets new tokens for. No error shows it.

    :raises ValueError: for a text that cannot be one.
    """

    __slots__ = ()
    JSON_SCHEMA: ClassVar[dict[str, object]] = {"pattern": REFRESH_TOKEN}

    def __new__(cls, text: str) -> Self:
        """Check the text."""
        if not REFRESH_TOKEN.fullmatch(text):
            raise ValueError(
                "must be the refresh token that signing in answered with: 1 to 4096 letters,"
                f" digits, -, _, = or ., got {len(text)} characters"
            )
        return super().__new__(cls, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What proves for some time who somebody is.

    :param expires_in: in seconds.
    """

    id_token: str = field(repr=False)
    access_token: str = field(repr=False)
    expires_in: int


class TokenIssuer(Protocol):
    """Who gives tokens: Cognito in production, a dict in unit tests."""

    def refresh(self, token: RefreshToken) -> Tokens:
        """Return new tokens.

        :raises SessionEndedError: if the refresh token does not count.
        :raises DirectoryBusyError: if it should be asked later.
        """
