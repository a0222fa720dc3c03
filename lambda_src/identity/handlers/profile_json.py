"""A profile as JSON: the body a user sends, and the view of it."""

from datetime import UTC, datetime

import msgspec

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


def view(profile: Profile, *, email: str) -> dict[str, str | bool]:
    """Return a profile as the API shows it, with the address that the user has now."""
    return {
        "userId": profile.user_id,
        "email": email,
        "displayName": str(profile.details.display_name),
        "phone": str(profile.details.phone),
        "newsletter": profile.details.newsletter,
        "createdAt": _iso(profile.created_at),
        "updatedAt": _iso(profile.updated_at),
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
