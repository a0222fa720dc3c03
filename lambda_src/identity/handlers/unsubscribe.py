"""POST /unsubscribe: no newsletter any more, by one click and without signing in (RFC 8058).

The link says who it is. The body is not looked at: what a mail program sends in it is the same for
everybody, and whoever wants no more mails shall not fail by its form.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime

from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.observability import logger
from blockwork.runtime.signing import SecretSigner, Signer
from identity.adapters.subscriber_table import SubscriberTable
from identity.adapters.unsubscribe_tokens import user_of
from identity.domain.newsletter import InvalidLinkError, Subscribers
from identity.handlers.unsubscribe_pages import done, failed


def unsubscribe(
    request: Request,
    *,
    signer: Signer,
    subscribers: Subscribers,
    site_url: str,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Response[str]:
    """Answer 200, however often it comes and whatever has become of the user."""
    user_id = user_of(request.query.get("token"), signer=signer)
    has_changed = subscribers.unsubscribe(user_id, at=now())
    logger.info("unsubscribed", user_id=user_id, has_changed=has_changed)
    return Response.page(done(site_url))


handler = http_handler(
    unsubscribe,
    errors={InvalidLinkError: 400},
    problem_page=lambda problem, reference: failed(os.environ["SITE_URL"], problem, reference),
    signer=SecretSigner.from_environment,
    subscribers=SubscriberTable.from_environment,
    site_url=lambda: os.environ["SITE_URL"],
)
