"""Welcomes everybody who has signed up, once."""

from shared.events import UserSignedUp

from blockwork.runtime.consuming import consume
from blockwork.runtime.envelope import Envelope, InvalidEventError
from blockwork.runtime.idempotency import OnceTable
from blockwork.runtime.mail_address import MailAddress
from notifications.adapters.ses_mailer import SesMailer
from notifications.domain.mail import Mailer, welcome


def welcome_mail(envelope: Envelope[UserSignedUp], *, mailer: Mailer) -> None:
    """Send the mail.

    :raises InvalidEventError: if the user has no address that mail reaches, which trying again
        does not change; who comes from outside, or was invited, was not asked for one by us.
    """
    try:
        address = MailAddress(envelope.data.email)
    except ValueError:
        raise InvalidEventError("the user has no address that mail reaches") from None
    mailer.send(welcome(address))


handler = consume(
    UserSignedUp,
    welcome_mail,
    once=OnceTable.from_environment,
    mailer=SesMailer.from_environment,
)
