"""GET /unsubscribe: what a person sees who follows the link in a mail; it changes nothing.

Programs follow links too: mail servers look at where they lead. So it is the button that counts.
"""

import os

from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.signing import SecretSigner, Signer
from identity.adapters.unsubscribe_tokens import user_of
from identity.domain.newsletter import InvalidLinkError
from identity.handlers.unsubscribe_pages import asking, failed


def show_unsubscribe(request: Request, *, signer: Signer, site_url: str) -> Response[str]:
    """Answer 200 with a page that asks."""
    user_of(request.query.get("token"), signer=signer)
    return Response.page(asking(site_url))


handler = http_handler(
    show_unsubscribe,
    errors={InvalidLinkError: 400},
    problem_page=lambda problem, reference: failed(os.environ["SITE_URL"], problem, reference),
    signer=SecretSigner.from_environment,
    site_url=lambda: os.environ["SITE_URL"],
)
