"""PUT /me: a user's own profile, anew."""

from collections.abc import Callable
from datetime import UTC, datetime

from shared.bodies import read_body
from shared.http import Request, Response, http_handler
from shared.observability import current_correlation_id

from identity.adapters.user_table import UserTable
from identity.domain.profile import Profile, Profiles
from identity.handlers.profile_json import ProfileBody, view


def replace_profile(
    request: Request,
    *,
    profiles: Profiles,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Response:
    """Answer 200 with the profile as it is now."""
    user = request.user
    moment = now()
    profile = profiles.replace_profile(
        Profile(
            user_id=user.user_id,
            email=user.email,
            details=read_body(request, ProfileBody).details(),
            created_at=moment,
            updated_at=moment,
            correlation_id=current_correlation_id(),
        )
    )
    return Response.ok(view(profile, email=user.email))


handler = http_handler(replace_profile, profiles=UserTable.from_environment)
