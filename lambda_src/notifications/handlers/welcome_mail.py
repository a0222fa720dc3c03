"""Welcomes everybody who has signed up, once."""

from shared.consuming import consume
from shared.events import Envelope, UserSignedUp
from shared.idempotency import OnceTable

from notifications.adapters.ses_mailer import SesMailer
from notifications.domain.mail import Mailer, welcome


def welcome_mail(envelope: Envelope[UserSignedUp], *, mailer: Mailer) -> None:
    """Send the mail."""
    mailer.send(welcome(envelope.data.email))


handler = consume(
    UserSignedUp,
    welcome_mail,
    once=OnceTable.from_environment,
    mailer=SesMailer.from_environment,
)
