"""What a user tells about themselves, beside the address they sign in with."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol, Self

from blockwork.runtime.versions import Seen, new_version

LONGEST_NAME = 100
# C0 and C1 controls, line separators, and the marks that turn the direction of text around.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# ITU-T E.164: a country code and a number of at most 15 digits together.
PHONE = re.compile(r"(\+[1-9][0-9]{1,14})?")
# As many characters as are left when it is trimmed.
TRIMMED = re.compile(rf"\s*(\S([\s\S]{{0,{LONGEST_NAME - 2}}}\S)?\s*)?")


class UnknownProfileError(Exception):
    """Somebody has no profile: their account is older than profiles are."""

    def __init__(self) -> None:
        super().__init__("you have no profile yet; sign in again and you have one")


class DisplayName(str):
    """What a user is called: one line of at most 100 characters, trimmed; it may be empty.

    :raises ValueError: for any other text.
    """

    __slots__ = ()
    JSON_SCHEMA: ClassVar[dict[str, object]] = {"pattern": TRIMMED}

    def __new__(cls, text: str) -> Self:
        """Trim and check the text."""
        name = text.strip()
        if len(name) > LONGEST_NAME:
            raise ValueError(f"must have at most {LONGEST_NAME} characters, got {len(name)}")
        if control := CONTROLS.search(name):
            raise ValueError(f"must have no control characters, got {control[0]!a}")
        return super().__new__(cls, name)


class PhoneNumber(str):
    """A number in the international form, such as +441632960961; it may be empty.

    :raises ValueError: for any other text.
    """

    __slots__ = ()
    JSON_SCHEMA: ClassVar[dict[str, object]] = {"pattern": PHONE}

    def __new__(cls, text: str) -> Self:
        """Check the text."""
        if not PHONE.fullmatch(text):
            shown = text if len(text) <= 40 else f"{text[:40]}…"
            raise ValueError(
                "must be a + and 2 to 15 digits without spaces, such as +441632960961, or empty,"
                f" got {shown!r}"
            )
        return super().__new__(cls, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileDetails:
    """What a user decides about their profile."""

    display_name: DisplayName
    phone: PhoneNumber
    newsletter: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A user's profile. Times are in UTC.

    :param newsletter_since: when they said that they want the newsletter; None while they do not,
        or if they said so before it was written down.
    :param email: the address that the user had at the last change.
    :param correlation_id: that of what made the profile.
    :param version: another one after each change.
    """

    user_id: str
    email: str
    details: ProfileDetails
    created_at: datetime
    updated_at: datetime
    correlation_id: str
    newsletter_since: datetime | None = None
    version: str = field(default_factory=new_version)


class Profiles(Protocol):
    """Where profiles are kept: the table in production, a dict in unit tests."""

    def profile(self, user_id: str) -> Profile:
        """Return a user's profile.

        :raises UnknownProfileError: if there is none.
        """

    def add_profile(self, profile: Profile) -> bool:
        """Keep a profile unless the user has one; return whether it was kept."""

    def replace_profile(self, profile: Profile, *, seen: Seen | None = None) -> Profile:
        """Keep a profile in the place of the one the user has, and return it.

        When it was made, and by what, stays; so does since when they want the newsletter.

        :param seen: what the writer has seen of it. Default: they overwrite anything.
        :raises OutdatedError: if it is another one than was seen.
        """


def first_profile(user_id: str, email: str, *, now: datetime, correlation_id: str) -> Profile:
    """Return the profile of somebody who has just signed up."""
    return Profile(
        user_id=user_id,
        email=email,
        details=ProfileDetails(
            display_name=DisplayName(""), phone=PhoneNumber(""), newsletter=False
        ),
        created_at=now,
        updated_at=now,
        correlation_id=correlation_id,
    )
