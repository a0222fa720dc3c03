"""PUT /me: a user's own profile, anew."""

from collections.abc import Callable
from datetime import UTC, datetime

from shared.users import user_of

from blockwork.runtime.bodies import read_body
from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.observability import current_correlation_id
from blockwork.runtime.preconditions import seen_by, telling_what_is_there
from identity.adapters.user_table import UserTable
from identity.domain.profile import Profile, Profiles
from identity.handlers.profile_json import ProfileBody, ProfileView, etag_ending, shown


def replace_profile(
    request: Request,
    *,
    profiles: Profiles,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Response[ProfileView]:
    """Answer 200 with the profile as it is now; 412 if it is not one that If-Match names."""
    user = user_of(request)
    moment = now()
    details = read_body(request, ProfileBody).details()
    profile = Profile(
        user_id=user.user_id,
        email=user.email,
        details=details,
        created_at=moment,
        updated_at=moment,
        correlation_id=current_correlation_id(),
        newsletter_since=moment if details.newsletter else None,
    )
    seen = seen_by(request, ending=etag_ending(user))
    with telling_what_is_there(lambda there: shown(there, user)):
        return shown(profiles.replace_profile(profile, seen=seen), user)


handler = http_handler(replace_profile, profiles=UserTable.from_environment)
