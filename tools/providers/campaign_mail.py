"""The mail of a campaign, one for each recipient."""

import re
from email.message import EmailMessage
from email.policy import SMTP

from tools.providers.campaigns import Batch, Campaign, Recipient

SENDER = "Blockwork Energy <newsletter@blockwork.example>"
REJECTED = "@rejected.example"
ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
# Headers are not folded: a link has no blanks, and programs take it as one line. RFC 5322, 2.1.1.
LONG_LINES = SMTP.clone(max_line_length=998)


def refusal(recipient: Recipient) -> str | None:
    """Say why nothing can be mailed to somebody; None if it can."""
    if not ADDRESS.fullmatch(recipient.email):
        return "this is no address"
    return "there is no such mailbox" if recipient.email.endswith(REJECTED) else None


def compose(campaign: Campaign, batch: Batch, recipient: Recipient) -> bytes:
    """Return the mail; its Message-ID is the same however often it is made.

    One click on the mail program's own button unsubscribes (RFC 8058).
    """
    mail = EmailMessage(policy=LONG_LINES)
    mail["From"], mail["To"], mail["Subject"] = SENDER, recipient.email, campaign.subject
    parts = "".join(f"{len(part)}.{part}." for part in (batch.key, recipient.reference))
    mail["Message-ID"] = f"<{parts.encode().hex()}.{campaign.id}@campaigns.example>"
    mail["List-Unsubscribe"] = f"<{recipient.unsubscribe_url}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(f"{campaign.text}\n\n-- \nUnsubscribe: {recipient.unsubscribe_url}\n")
    return mail.as_bytes()
