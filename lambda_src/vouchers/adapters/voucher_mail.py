"""The mail that brings a voucher, by Amazon SES."""

import os
from email.message import EmailMessage
from typing import TYPE_CHECKING, Self

import boto3
from botocore.config import Config

from vouchers.adapters.mail_message import addressed
from vouchers.domain.voucher import Voucher
from vouchers.domain.vouchers import UndeliverableError

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

# A single try: botocore repeats what timed out, but SES may have sent that mail already.
ONE_TRY = Config(
    connect_timeout=2, read_timeout=15, retries={"mode": "standard", "total_max_attempts": 1}
)
TEXT = """\
Hello,

somebody has bought you energy: a voucher of {price} for Blockwork Energy.
It is attached to this mail. Whoever has it can spend it, so please keep it like money.

Blockwork Energy
"""


class VoucherMail:
    """The port `Mailer` on SES.

    :param client: an SES client, version 2.
    :param sender: an address that SES may send from.
    """

    def __init__(self, client: "SESV2Client", sender: str) -> None:
        self._client = client
        self._sender = sender

    @classmethod
    def from_environment(cls) -> Self:
        """Send as the address in the variable MAIL_SENDER."""
        return cls(boto3.client("sesv2", config=ONE_TRY), os.environ["MAIL_SENDER"])

    def send(self, voucher: Voucher, pdf: bytes) -> None:
        """Send the mail with the document attached."""
        message = compose(voucher, pdf, sender=self._sender)
        try:
            self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [voucher.order.recipient_email]},
                Content={"Raw": {"Data": message.as_bytes()}},
            )
        except self._client.exceptions.BadRequestException as error:
            # What SES says of an address that it cannot read (SES API v2, SendEmail). Its other
            # refusals are about the sender or the account: people can mend those.
            raise UndeliverableError from error


def compose(voucher: Voucher, pdf: bytes, *, sender: str) -> EmailMessage:
    """Return the mail of a voucher. Its code is in the document alone."""
    order = voucher.order
    message = addressed(order)
    message["From"] = sender
    message.set_content(TEXT.format(price=order.price))
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename="voucher.pdf")
    return message
