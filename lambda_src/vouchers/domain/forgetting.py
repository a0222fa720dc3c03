"""What stays of the purchases of a user who is gone: money, dates and ids, and nobody's address."""

from datetime import datetime, timedelta
from typing import Protocol

from shared.mail_address import MailAddress

NOBODY = MailAddress("forgotten@example.invalid")
"""In the place of an address, so that what is kept can still be read (RFC 2606: no such domain)."""
UNDER_WAY = timedelta(hours=1)
"""A payment is settled within minutes of the end of its lease, or nothing was taken."""


class Recipients(Protocol):
    """Whom vouchers are for."""

    def forget(self, user_id: str, *, now: datetime) -> None:
        """Write `NOBODY` in the place of the addresses in all of a user's purchases that are done.

        A voucher that is paid for and not mailed yet keeps its address: it is owed to somebody.
        """
        ...
