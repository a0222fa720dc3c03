"""Sending a mail is allowed for a sender, not for everybody.

AWS authorises the sending of a mail on the identity it comes from, the address or else its domain,
as `ses:SendRawEmail` where the mail is raw, and fills `ses:FromAddress` (Service Authorization
Reference, Amazon SES v2; its Developer Guide, "Identity and access management"). Stock asks for
`ses:SendEmail` on `*`, so a role that may send from one address may not send at all. Closed by
naming action, identity and address.
"""

import base64
import json
from email import message_from_bytes
from email.utils import parseaddr
from typing import Any

from ministack.core import iam_actions
from ministack.services import ses, ses_v2

from blockwork.local.emulator.gaps._conditions import Resource

SEND = ("POST", "/v2/email/outbound-emails")


def close() -> None:
    """Say of a mail that is sent through SES's API v2 what it is and who sends it."""
    stock_action, stock_arn = iam_actions.extract_iam_action, iam_actions._ses_v2_resource_arn

    def action(
        service: str, method: str, path: str, headers: Any, body: bytes, *more: Any
    ) -> str | None:
        if service == "ses" and (method, path.rstrip("/")) == SEND and _raw(_read(body)):
            return "ses:SendRawEmail"
        named: str | None = stock_action(service, method, path, headers, body, *more)
        return named

    def resource_arn(method: str, path: str, body: bytes, region: str, account_id: str) -> str:
        if (method, path.rstrip("/")) != SEND:
            return str(stock_arn(method, path, body, region, account_id))
        sender = _sender(_read(body))
        name = _identity_of(sender)
        identity = f"arn:aws:ses:{region}:{account_id}:identity/{name}" if sender else "*"
        return Resource(identity, {"ses:FromAddress": sender or None})

    iam_actions.extract_iam_action = action
    iam_actions._ses_v2_resource_arn = resource_arn


def _identity_of(sender: str) -> str:
    """Return the identity that SES takes for a sender: the address itself before its domain."""
    domain = sender.rpartition("@")[2]
    known = (
        name for name in (sender, domain) if name in ses._identities or name in ses_v2._identities
    )
    return next(known, sender)


def _sender(mail: dict[str, Any]) -> str:
    """Return the address; a raw mail's own header counts where nothing else names one."""
    named = mail.get("FromEmailAddress") or message_from_bytes(_raw(mail)).get("From", "")
    return parseaddr(str(named))[1]


def _raw(mail: dict[str, Any]) -> bytes:
    return base64.b64decode(mail.get("Content", {}).get("Raw", {}).get("Data", ""))


def _read(body: bytes) -> dict[str, Any]:
    try:
        mail = json.loads(body)
    except ValueError:
        return {}
    return mail if isinstance(mail, dict) else {}
