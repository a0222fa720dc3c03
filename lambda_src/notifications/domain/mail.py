"""The mails people get."""

from dataclasses import dataclass
from typing import Protocol

from blockwork.runtime.mail_address import MailAddress

WELCOME = """\
Hello,

your account with Blockwork Energy is ready. Sign in with {email} to see your
tariffs and to buy vouchers.

If you did not sign up, please ignore this mail.

Blockwork Energy
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail of plain text to one recipient."""

    to: MailAddress
    subject: str
    text: str


class Mailer(Protocol):
    """What sends mails: SES in production, a list in unit tests."""

    def send(self, mail: Mail) -> None:
        """Send a mail."""


def welcome(email: MailAddress) -> Mail:
    """Return the first mail that a new customer gets."""
    return Mail(to=email, subject="Welcome to Blockwork Energy", text=WELCOME.format(email=email))
