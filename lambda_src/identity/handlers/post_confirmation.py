"""After somebody has confirmed their address: they are a customer, and have a profile.

The stream of profiles tells the other microservices.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from shared.observability import current_correlation_id

from identity.adapters.user_groups import UserGroups
from identity.adapters.user_table import UserTable
from identity.domain.profile import Profiles, first_profile
from identity.domain.sign_up import NEWCOMERS, Groups
from identity.handlers.trigger import TriggerEvent, attribute, trigger_handler


def post_confirmation(
    event: TriggerEvent,
    *,
    profiles: Profiles,
    groups: Groups,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Add the profile of a new user; a new password that was confirmed is nobody's sign-up.

    The pool is the event's: a function that the pool names cannot be told the pool's name.
    """
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
    groups.join(NEWCOMERS, pool_id=event["userPoolId"], username=event["userName"])


handler = trigger_handler(
    post_confirmation, profiles=UserTable.for_trigger, groups=UserGroups.for_trigger
)
