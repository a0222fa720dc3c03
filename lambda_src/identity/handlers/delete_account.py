"""DELETE /me?account=…: a user's own account, for good."""

from shared.events import UserDeleted
from shared.users import user_of

from blockwork.runtime.envelope import Envelope
from blockwork.runtime.event_publisher import EventPublisher, Events, EventsNotPublishedError
from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.observability import current_correlation_id, logger
from blockwork.runtime.problems import ProblemError
from identity.adapters.user_pool import UserPool
from identity.domain.deletion import Admission
from identity.domain.directory import DirectoryBusyError


def delete_account(request: Request, *, admission: Admission, events: Events) -> Response[None]:
    """Answer 204: nobody can sign in as the user any more, and every service forgets them.

    `account` must be the caller's own `userId`, as GET /me shows it: a page of somebody who has
    signed out since, in a browser that has another one's token now, deletes nobody.
    """
    user = user_of(request)
    named = request.query.get("account", "")
    if named != user.user_id:
        raise ProblemError(
            400,
            "account must be the userId of the one that is to be deleted, your own, which GET /me"
            f" shows; got {named[:70]!r}",
        )
    # Users of outside providers are called otherwise than by their id.
    admission.end(str(request.claims.get("cognito:username", user.user_id)))
    gone = UserDeleted(user_id=user.user_id)
    try:
        events.publish(Envelope.of(gone, correlation_id=current_correlation_id()))
    except EventsNotPublishedError:
        # The account is gone all the same, and the night finds of whom something is left.
        logger.exception("a deleted user waits for the night", user_id=user.user_id)
    return Response.no_content()


handler = http_handler(
    delete_account,
    errors={DirectoryBusyError: 503},
    admission=UserPool.from_environment,
    events=EventPublisher.from_environment,
)
