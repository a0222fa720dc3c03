"""GET /me: a user's own profile."""

from shared.users import user_of

from blockwork.runtime.http import Request, Response, http_handler
from identity.adapters.user_table import UserTable
from identity.domain.profile import Profiles, UnknownProfileError
from identity.handlers.profile_json import ProfileView, shown


def get_profile(request: Request, *, profiles: Profiles) -> Response[ProfileView]:
    """Answer 200 with the profile."""
    user = user_of(request)
    return shown(profiles.profile(user.user_id), user)


handler = http_handler(
    get_profile, errors={UnknownProfileError: 404}, profiles=UserTable.from_environment
)
