"""A profile as JSON: the body a user sends, and the view of it."""

import hashlib
from typing import NotRequired, TypedDict

import msgspec
from shared.users import User

from blockwork.runtime.http import Response
from blockwork.runtime.views import Timestamp, timestamp
from identity.domain.profile import DisplayName, PhoneNumber, Profile, ProfileDetails


class ProfileBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The body of a profile that is replaced."""

    display_name: DisplayName
    phone: PhoneNumber = PhoneNumber("")
    newsletter: bool = False

    def details(self) -> ProfileDetails:
        """Return what the user decided."""
        return ProfileDetails(
            display_name=self.display_name, phone=self.phone, newsletter=self.newsletter
        )


class ProfileView(TypedDict):
    """A user's own profile.

    `newsletterSince` is when they said that they want the newsletter: not there while they do not,
    nor where they said so before that was written down, until they save it anew.
    """

    userId: str
    email: str
    displayName: str
    phone: str
    newsletter: bool
    newsletterSince: NotRequired[Timestamp]
    createdAt: Timestamp
    updatedAt: Timestamp


def shown(profile: Profile, user: User) -> Response[ProfileView]:
    """Answer 200 with a profile, the address that the user has now, and the ETag of both."""
    view: ProfileView = {
        "userId": profile.user_id,
        "email": user.email,
        "displayName": str(profile.details.display_name),
        "phone": str(profile.details.phone),
        "newsletter": profile.details.newsletter,
        "createdAt": timestamp(profile.created_at),
        "updatedAt": timestamp(profile.updated_at),
    }
    if profile.newsletter_since:
        view["newsletterSince"] = timestamp(profile.newsletter_since)
    return Response.ok(view, version=profile.version + etag_ending(user))


def etag_ending(user: User) -> str:
    """Return what the ETag of a profile ends with: the address is not part of what is kept."""
    return f".{hashlib.sha256(user.email.encode()).hexdigest()[:8]}"
