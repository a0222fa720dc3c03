"""Mails by Amazon SES."""

import os
from typing import TYPE_CHECKING, Self

import boto3
from botocore.config import Config

from notifications.domain.mail import Mail

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

# A single try: botocore repeats what timed out, but SES may have sent that mail already.
ONE_TRY = Config(
    connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1}
)


class SesMailer:
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

    def send(self, mail: Mail) -> None:
        """Hand the mail to SES."""
        self._client.send_email(
            FromEmailAddress=self._sender,
            Destination={"ToAddresses": [mail.to]},
            Content={
                "Simple": {
                    "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
                    "Body": {"Text": {"Data": mail.text, "Charset": "UTF-8"}},
                }
            },
        )
