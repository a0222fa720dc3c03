"""Sending a mail is allowed for a sender, not for everybody.

AWS authorises `ses:SendEmail` on the identity the mail comes from (Service Authorization Reference,
Amazon SES). Stock asks for leave on `*`, so a role that may send from one address may not send at
all. Closed by naming the identity of the sender's address.
"""

import json
from email.utils import parseaddr

from ministack.core import iam_actions

SEND = "/v2/email/outbound-emails"


def close() -> None:
    """Name the sender's identity where a mail is sent through SES's API v2."""
    stock = iam_actions._ses_v2_resource_arn

    def resource_arn(method: str, path: str, body: bytes, region: str, account_id: str) -> str:
        if (method, path.rstrip("/")) != ("POST", SEND):
            return str(stock(method, path, body, region, account_id))
        try:
            sender = parseaddr(json.loads(body).get("FromEmailAddress", ""))[1]
        except ValueError:
            sender = ""
        return f"arn:aws:ses:{region}:{account_id}:identity/{sender}" if sender else "*"

    iam_actions._ses_v2_resource_arn = resource_arn
