"""A topic's subscriber by mail gets a mail.

AWS SNS mails each message to the addresses that are subscribed to its topic, once their owners have
followed the link in the mail that asks them to confirm
(https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html). Stock logs a line. Closed
by mails that leave as SES's do, see `mail_relay`. Here nobody has to confirm: the one mailbox takes
every address's mails, so there is nobody else to protect from them.
"""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime
from typing import Any

from ministack.services import ses, sns

SENDER = "no-reply@sns.amazonaws.com"
PROTOCOLS = ("email", "email-json")


def close() -> None:
    """Send a mail for every subscription that wants one."""
    stock = sns._fanout

    def fanout(
        topic_arn: str,
        message_id: str,
        message: str,
        subject: str,
        message_structure: str = "",
        message_attributes: dict[str, Any] | None = None,
        **fifo: str,
    ) -> None:
        given = message_structure, message_attributes
        stock(topic_arn, message_id, message, subject, *given, **fifo)
        topic = sns._topic_by_arn_any_scope(topic_arn) or {}
        for subscription in topic.get("subscriptions", []):
            protocol = subscription["protocol"]
            if protocol not in PROTOCOLS:
                continue
            text = sns._resolve_message_for_protocol(message, message_structure, protocol)
            attributes = message_attributes or {}
            if not sns._matches_filter_policy(subscription, attributes, text):
                continue
            if protocol == "email-json":
                text = sns._build_envelope(topic_arn, message_id, text, subject, attributes, False)
            _send(subscription["endpoint"], message_id, subject, text)

    sns._fanout = fanout


def _send(recipient: str, message_id: str, subject: str, text: str) -> None:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"AWS Notifications <{SENDER}>"
    mail["To"] = recipient
    mail["Subject"] = " ".join(subject.split()) or "AWS Notification Message"
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = f"<{message_id}@sns.amazonaws.com>"
    mail.set_content(text)
    ses._smtp_relay(SENDER, [recipient], mail.as_bytes().decode("ascii", "surrogateescape"))
