"""People and what they may do, to test with."""

from datetime import UTC, datetime
from typing import Any

from identity.domain.directory import DirectoryUser
from identity.domain.granting import Grant
from identity.domain.profile import DisplayName, PhoneNumber, Profile, ProfileDetails
from shared.permissions import Permission

CREATED = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
LATER = datetime(2026, 4, 2, 18, 0, tzinfo=UTC)
EMAIL = "ada@example.com"


def permissions(*texts: str) -> frozenset[Permission]:
    return frozenset(map(Permission.parse, texts))


def grant(*texts: str, user_id: str = "user-2", correlation_id: str = "c1") -> Grant:
    return Grant(
        user_id=user_id,
        permissions=permissions(*texts),
        granted_by="user-1",
        granted_at=CREATED,
        correlation_id=correlation_id,
        version="b2",
    )


def profile(user_id: str = "user-2", *, name: str = "Ada", email: str = EMAIL) -> Profile:
    return Profile(
        user_id=user_id,
        email=email,
        details=ProfileDetails(
            display_name=DisplayName(name), phone=PhoneNumber("+441632960961"), newsletter=True
        ),
        created_at=CREATED,
        updated_at=CREATED,
        correlation_id="c1",
        newsletter_since=CREATED,
        version="a1",
    )


def member(user_id: str = "user-2", *groups: str) -> DirectoryUser:
    return DirectoryUser(
        user_id=user_id, email=f"{user_id}@example.com", groups=groups, status="CONFIRMED"
    )


def claims(*texts: str, user_id: str = "user-1", email: str = EMAIL) -> dict[str, Any]:
    """Return those of somebody who may do this, as an HTTP API hands them over."""
    return {
        "sub": user_id,
        "token_use": "id",
        "email": email,
        "cognito:groups": "[customers]",
        "permissions": " ".join(texts),
    }


def trigger_event(
    source: str, *, response: dict[str, Any] | None = None, **attributes: str
) -> dict[str, Any]:
    """Return an event of a trigger, as Cognito sends it."""
    return {
        "version": "1",
        "triggerSource": source,
        "region": "eu-west-2",
        "userPoolId": "eu-west-2_AbCdEfGhI",
        "userName": "user-2",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "client-1"},
        "request": {"userAttributes": {"sub": "user-2", "email": EMAIL, **attributes}},
        "response": response or {},
    }
