"""The items of the vouchers' table: partition key `userId`, sort key `itemId`.

`voucher#<voucherId>`, `payment#<voucherId>`, `code#<voucherId>`, `key#<Idempotency-Key>`,
`hour#<hour>`, with the keys begun in it, and `mails#<voucherId>#<hour>`, with the keys of mails
that were asked for in it; the last three go after their `expiration`. The code has an item of its
own because those of vouchers go through the table's stream, and what a consumer of the stream
cannot handle ends up, with all it holds, in the failure chain.
"""

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from blockwork.runtime.mail_address import MailAddress
from vouchers.domain.voucher import (
    Amount,
    Currency,
    Order,
    Voucher,
    VoucherStatus,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Item = dict[str, Any]


VOUCHER = "voucher#"
PAYMENT = "payment#"
CODE = "code#"
KEY = "key#"
HOUR = "hour#"
MAILS = "mails#"

KEYS = ("userId", "itemId")
ORDER_ATTRIBUTES = ("amount", "currency", "recipientEmail")
STANDING_ATTRIBUTES = ("status", "reason")
VOUCHER_ATTRIBUTES = (
    *ORDER_ATTRIBUTES,
    *STANDING_ATTRIBUTES,
    "statusSince",
    "createdAt",
    "correlationId",
)
PAYMENT_ATTRIBUTES = (*ORDER_ATTRIBUTES, "paymentId", "idempotencyKey")
CODE_ATTRIBUTES = ("code",)
PURCHASE_ATTRIBUTES = (
    *ORDER_ATTRIBUTES,
    "voucherId",
    "state",
    "startedAt",
    "leaseUntil",
    "correlationId",
)
EXPIRATION = "expiration"
HOUR_ATTRIBUTES = ("begun", EXPIRATION)
"""Which attributes a function may touch, its stack says by the same names."""


def key(user_id: str, item_id: str) -> "Item":
    """Return the key of an item."""
    return {"userId": {"S": user_id}, "itemId": {"S": item_id}}


def texts(item: "Mapping[str, Any]") -> dict[str, str]:
    """Return the attributes that are strings: all of ours."""
    return {name: value["S"] for name, value in item.items() if "S" in value}


def epoch(moment: datetime) -> "Item":
    """Return a time as DynamoDB's time to live wants it."""
    return {"N": str(math.ceil(moment.timestamp()))}


def iso(moment: datetime) -> str:
    """Return a time as text that sorts by time, too."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def order_attributes(order: Order) -> "Item":
    """Return the attributes of an order."""
    return {
        # As text: DynamoDB's numbers would drop the last zero of 25.00.
        "amount": {"S": str(order.amount)},
        "currency": {"S": order.currency},
        "recipientEmail": {"S": order.recipient_email},
    }


def order_of(text: "Mapping[str, str]") -> Order:
    """Return the order in an item."""
    return Order(
        amount=Amount(text["amount"]),
        currency=Currency(text["currency"]),
        recipient_email=MailAddress(text["recipientEmail"]),
    )


def voucher_item(voucher: Voucher) -> "Item":
    """Return a voucher as an item."""
    reason: Item = {"reason": {"S": voucher.reason}} if voucher.reason else {}
    return {
        **reason,
        **key(voucher.user_id, VOUCHER + voucher.voucher_id),
        **order_attributes(voucher.order),
        "status": {"S": voucher.status},
        "statusSince": {"S": iso(voucher.status_since)},
        "createdAt": {"S": iso(voucher.created_at)},
        "correlationId": {"S": voucher.correlation_id},
    }


def voucher_of(item: "Mapping[str, Any]") -> Voucher:
    """Return the voucher in an item, of the table or of its stream."""
    text = texts(item)
    return Voucher(
        user_id=text["userId"],
        voucher_id=text["itemId"].removeprefix(VOUCHER),
        order=order_of(text),
        status=VoucherStatus(text["status"]),
        status_since=datetime.fromisoformat(text["statusSince"]),
        created_at=datetime.fromisoformat(text["createdAt"]),
        correlation_id=text["correlationId"],
        reason=text.get("reason"),
    )


def is_voucher(item: "Mapping[str, Any]") -> bool:
    """Whether an item is that of a voucher."""
    return texts(item).get("itemId", "").startswith(VOUCHER)


def status_of(item: "Mapping[str, Any]") -> VoucherStatus:
    """Return the status in the item of a voucher."""
    return VoucherStatus(item["status"]["S"])
