"""The mails that are asked for in the vouchers' table: one item a voucher and hour."""

import os
from datetime import datetime
from typing import Self

from blockwork.runtime.tables import TableAdapter
from vouchers.adapters.hours import count
from vouchers.adapters.items import MAILS
from vouchers.domain.mailing_again import TooManyMailsError


class MailRequestTable(TableAdapter):
    """The port `MailRequests` on DynamoDB."""

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable VOUCHERS_TABLE names."""
        return cls.named(os.environ["VOUCHERS_TABLE"])

    def allow(self, user_id: str, voucher_id: str, key: str, *, limit: int, now: datetime) -> None:
        """Count the key in this hour of the voucher."""
        left = count(
            self._client,
            self._name,
            user_id=user_id,
            what=f"{MAILS}{voucher_id}#",
            once=key,
            limit=limit,
            now=now,
        )
        if left is not None:
            raise TooManyMailsError(limit, left)
