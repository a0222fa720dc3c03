"""The items of the users' table: partition key `userId`, sort key `itemId`.

`profile` and `permissions`, or `deleted` in their place once the user is gone. Permissions are kept
as the text that is the claim in a token. A profile has `subscribedTo` where `newsletter` is true,
and nowhere else: the index `Subscribers` holds the items that have it. `newsletterSince`, when the
user said so, goes with it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shared.permissions import Permission, claim_of

from blockwork.runtime.versions import UNWRITTEN
from identity.domain.granting import Grant
from identity.domain.profile import DisplayName, PhoneNumber, Profile, ProfileDetails

KEY = ("userId", "itemId")
PROFILE = "profile"
PERMISSIONS = "permissions"
DELETED = "deleted"
SUBSCRIBERS, INDEX_KEY = "Subscribers", "subscribedTo"
# One partition: DynamoDB writes 1,000 of its items a second (Developer Guide, "Burst and adaptive
# capacity"), and nobody decides so often.
NEWSLETTER, SINCE = "newsletter", "newsletterSince"
PROFILE_ATTRIBUTES = (
    "displayName",
    "phone",
    "newsletter",
    "subscribedTo",
    "newsletterSince",
    "email",
    "createdAt",
    "updatedAt",
    "correlationId",
    "version",
)
GRANT_ATTRIBUTES = ("permissions", "grantedBy", "grantedAt", "correlationId", "version")
"""Which attributes a function may touch, its stack says by the same names."""

Item = dict[str, Any]


def key(user_id: str, item_id: str) -> Item:
    """Return the key of an item."""
    return {"userId": {"S": user_id}, "itemId": {"S": item_id}}


def detail_attributes(details: ProfileDetails) -> Item:
    """Return the attributes of what a user decides, without those that it takes away."""
    subscribed: Item = {INDEX_KEY: {"S": NEWSLETTER}} if details.newsletter else {}
    return {
        "displayName": {"S": str(details.display_name)},
        "phone": {"S": str(details.phone)},
        "newsletter": {"BOOL": details.newsletter},
        **subscribed,
    }


def profile_item(profile: Profile) -> Item:
    """Return a profile as an item."""
    since = profile.newsletter_since if profile.details.newsletter else None
    return {
        **({SINCE: {"S": iso(since)}} if since else {}),
        **key(profile.user_id, PROFILE),
        **detail_attributes(profile.details),
        "email": {"S": profile.email},
        "createdAt": {"S": iso(profile.created_at)},
        "updatedAt": {"S": iso(profile.updated_at)},
        "correlationId": {"S": profile.correlation_id},
        "version": {"S": profile.version},
    }


def profile_of(item: Mapping[str, Any]) -> Profile:
    """Return the profile in an item, of the table or of its stream."""
    return Profile(
        user_id=item["userId"]["S"],
        email=item["email"]["S"],
        details=ProfileDetails(
            display_name=DisplayName(item["displayName"]["S"]),
            phone=PhoneNumber(item["phone"]["S"]),
            newsletter=item["newsletter"]["BOOL"],
        ),
        created_at=datetime.fromisoformat(item["createdAt"]["S"]),
        updated_at=datetime.fromisoformat(item["updatedAt"]["S"]),
        correlation_id=item["correlationId"]["S"],
        newsletter_since=datetime.fromisoformat(item[SINCE]["S"]) if SINCE in item else None,
        version=version_of(item),
    )


def grant_item(grant: Grant) -> Item:
    """Return a user's own permissions as an item."""
    return {
        **key(grant.user_id, PERMISSIONS),
        "permissions": {"S": claim_of(grant.permissions)},
        "grantedBy": {"S": grant.granted_by},
        "grantedAt": {"S": iso(grant.granted_at)},
        "correlationId": {"S": grant.correlation_id},
        "version": {"S": grant.version},
    }


def grant_of(item: Mapping[str, Any]) -> Grant:
    """Return the permissions in an item with who granted them; raises as `permissions_of` does."""
    return Grant(
        user_id=item["userId"]["S"],
        permissions=permissions_of(item),
        granted_by=item["grantedBy"]["S"],
        granted_at=datetime.fromisoformat(item["grantedAt"]["S"]),
        correlation_id=item["correlationId"]["S"],
        version=version_of(item),
    )


def permissions_of(item: Mapping[str, Any]) -> frozenset[Permission]:
    """Return the permissions in an item, of the table or of its stream.

    :raises ValueError: if one of them is none: whoever wrote it did not go through the API.
    """
    text = item["permissions"]["S"]
    return frozenset(map(Permission.parse, text.split(" "))) if text else frozenset()


def version_of(item: Mapping[str, Any]) -> str:
    """Return the version of an item; the first ones had none."""
    return str(item["version"]["S"]) if "version" in item else UNWRITTEN


def iso(moment: datetime) -> str:
    """Return a time as text that sorts by time, too."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
