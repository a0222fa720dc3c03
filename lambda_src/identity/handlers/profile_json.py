"""A profile as JSON: the body a user sends, and the view of it."""

import hashlib
from datetime import UTC, datetime

import msgspec
from shared.users import User

from blockwork.runtime.http import Response
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


def shown(profile: Profile, user: User) -> Response:
    """Answer 200 with a profile, the address that the user has now, and the ETag of both."""
    view = {
        "userId": profile.user_id,
        "email": user.email,
        "displayName": str(profile.details.display_name),
        "phone": str(profile.details.phone),
        "newsletter": profile.details.newsletter,
        "createdAt": _iso(profile.created_at),
        "updatedAt": _iso(profile.updated_at),
    }
    return Response.ok(view, version=profile.version + etag_ending(user))


def etag_ending(user: User) -> str:
    """Return what the ETag of a profile ends with: the address is not part of what is kept."""
    return f".{hashlib.sha256(user.email.encode()).hexdigest()[:8]}"


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
