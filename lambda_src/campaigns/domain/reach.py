"""How many a campaign would reach that began now."""

from campaigns.domain.outside import Readership
from campaigns.domain.sending import MOST_RECIPIENTS

PAGE = 1000
"""As many as those who list them tell at once."""


def reach(readership: Readership) -> int:
    """Count who wants the newsletter; it ends where they are more than a campaign may have."""
    found, next_token = 0, None
    while found <= MOST_RECIPIENTS:
        page = readership.page(limit=PAGE, next_token=next_token)
        found += len(page.user_ids)
        next_token = page.next_token
        if next_token is None:
            break
    return found
