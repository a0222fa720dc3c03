"""A mail that SES accepted leaves whole, and leaves.

AWS sends a raw message as it is and keeps trying until the receiver's server takes it. Stock sends
SESv2's raw messages without their attachments, once, in a thread that dies with the gateway. Closed
by an outbox that is kept with SES's state and emptied through SMTP_HOST, one mail after the other,
each tried again until it is taken. Without SMTP_HOST nothing leaves, as in stock.
"""

import base64
import json
import logging
import smtplib
import threading
import time
from collections.abc import Iterable
from contextvars import ContextVar
from email import message_from_string
from typing import Any

from ministack.services import ses, ses_v2

from blockwork.local.emulator.gaps import _life
from blockwork.local.emulator.gaps._hooks import keep_with

PAUSE_SECONDS = 1.0
TIMEOUT_SECONDS = 10.0
PERMANENT = 500  # SMTP's replies from here on mean: never (RFC 5321, 4.2.1)

Mail = dict[str, Any]

logger = logging.getLogger("mail_relay")
raw_message: ContextVar[str | None] = ContextVar("raw_message", default=None)


class Outbox:
    """Mails on their way, the oldest first."""

    def __init__(self) -> None:
        self._mails: list[Mail] = []
        self._changed = threading.Condition()

    def accept(self, sender: str, recipients: Iterable[str], message: str) -> None:
        """Take a mail."""
        mail = {"sender": sender, "recipients": list(recipients), "message": message}
        self.restore([mail])

    def state(self) -> list[Mail]:
        """Return the mails that are still here."""
        with self._changed:
            return list(self._mails)

    def restore(self, mails: Iterable[Mail]) -> None:
        """Take back what `state` returned."""
        with self._changed:
            self._mails.extend(mails)
            self._changed.notify()

    def empty(self, host: str, port: int) -> None:
        """Send what there is, for ever."""
        while True:
            with self._changed:
                while not (self._mails and _life.is_working()):
                    self._changed.wait(1.0)
                mail = self._mails[0]
            if _send(mail, host, port):
                with self._changed:
                    del self._mails[0]
            else:
                time.sleep(PAUSE_SECONDS)


def close() -> None:
    """Put mails into the outbox, raw ones as they came."""
    endpoint = ses._parse_smtp_host()
    if endpoint is None:
        return
    outbox = Outbox()
    stock = ses_v2.handle_request

    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        if method == "POST" and path.endswith("/outbound-emails"):
            content = json.loads(body or b"{}").get("Content") or {}
            raw_message.set((content.get("Raw") or {}).get("Data"))
        try:
            return await stock(method, path, headers, body, query)
        finally:
            raw_message.set(None)

    def relay(sender: str, recipients: list[str], message: str) -> None:
        raw = raw_message.get()
        if raw:
            message_id = message_from_string(message)["Message-ID"]
            whole = base64.b64decode(raw).decode("ascii", "surrogateescape")
            message = f"Message-ID: {message_id}\r\n" + ses._strip_message_id_header(whole)
        outbox.accept(sender, recipients, message)

    ses_v2.handle_request = handle
    ses._smtp_relay = ses_v2._smtp_relay = relay
    keep_with(ses, "outbox", outbox.state, outbox.restore)
    name = "mail-relay"
    threading.Thread(target=outbox.empty, args=endpoint, daemon=True, name=name).start()


def _send(mail: Mail, host: str, port: int) -> bool:
    """Hand a mail over, and tell whether it is off our hands."""
    lines = mail["message"].splitlines()
    data = "\r\n".join([*lines, ""]).encode("ascii", "surrogateescape")
    try:
        with smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS) as server:
            server.sendmail(mail["sender"], mail["recipients"], data)
    except (OSError, smtplib.SMTPException) as error:
        for_good = getattr(error, "smtp_code", 0) >= PERMANENT
        logger.warning("mail %s: %s", "bounced" if for_good else "waits", error)
        return for_good
    return True
