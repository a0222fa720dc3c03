"""Before a token is made: what its user may do goes into it."""

from collections.abc import Callable
from datetime import UTC, datetime

from shared.permissions import CLAIM, claim_of

from blockwork.runtime.observability import current_correlation_id, logger
from identity.adapters.user_table import UserTable
from identity.domain.account import Accounts, own_permissions
from identity.domain.granting import counted_in, granted_by_token
from identity.handlers.blocked_domains import blocked_domains_from_environment
from identity.handlers.trigger import TriggerEvent, attribute, trigger_handler


def pre_token_generation(
    event: TriggerEvent,
    *,
    accounts: Accounts,
    blocked_domains: frozenset[str],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Set the claim or take it away; without knowing the permissions there is no token.

    Nothing that the pool keeps of a user may stand where handlers look for what they may do.
    """
    configuration = event["request"].get("groupConfiguration") or {}
    groups = counted_in(configuration.get("groupsToOverride") or ())
    own = own_permissions(
        attribute(event, "sub"),
        attribute(event, "email"),
        now=now(),
        correlation_id=current_correlation_id(),
        accounts=accounts,
        blocked_domains=frozenset() if is_from_outside(event) else blocked_domains,
    )
    granted, left_out = granted_by_token(own, groups)
    if left_out:
        logger.warning("the token does not hold all permissions", left_out=left_out)
    event["response"]["claimsOverrideDetails"] = {
        "claimsToAddOrOverride": {CLAIM: claim_of(granted)} if granted else {},
        "claimsToSuppress": [] if granted else [CLAIM],
        # Cognito's documentation: without the configuration handed back the groups are dropped.
        "groupOverrideDetails": {**configuration, "groupsToOverride": list(groups)},
    }


def is_from_outside(event: TriggerEvent) -> bool:
    """Tell whether an outside provider answers for the user's address, and changes it."""
    return attribute(event, "cognito:user_status") == "EXTERNAL_PROVIDER"


handler = trigger_handler(
    pre_token_generation,
    accounts=UserTable.for_trigger,
    blocked_domains=blocked_domains_from_environment,
)
