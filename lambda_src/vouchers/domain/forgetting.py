"""What stays of the purchases of a user who is gone: money, dates and ids, and nobody's address."""

from typing import Protocol

from blockwork.runtime.mail_address import MailAddress

NOBODY = MailAddress("forgotten@example.invalid")
"""In the place of an address, so that what is kept can still be read (RFC 2606: no such domain)."""


class Recipients(Protocol):
    """Whom vouchers are for."""

    def forget(self, user_id: str) -> None:
        """Write `NOBODY` in the place of the addresses in all of a user's purchases that are over.

        One that is under way keeps its address until its end, and so does a voucher that is paid
        for and neither mailed nor given up: it is owed to somebody.
        """
        ...
