"""After somebody has confirmed their address: they have a profile.

The stream of profiles tells the other microservices.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from blockwork.runtime.observability import current_correlation_id
from identity.adapters.user_table import UserTable
from identity.domain.profile import Profiles, first_profile
from identity.handlers.trigger import TriggerEvent, attribute, trigger_handler


def post_confirmation(
    event: TriggerEvent,
    *,
    profiles: Profiles,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Add the profile of a new user; a new password that was confirmed is nobody's sign-up."""
    if event["triggerSource"] != "PostConfirmation_ConfirmSignUp":
        return
    profiles.add_profile(
        first_profile(
            attribute(event, "sub"),
            attribute(event, "email"),
            now=now(),
            correlation_id=current_correlation_id(),
        )
    )


handler = trigger_handler(post_confirmation, profiles=UserTable.for_trigger)
