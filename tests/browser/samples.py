"""What APIs answer to a view whose state is hard to bring about."""

from typing import Any

LONG = "somebody-with-a-long-name-indeed@department.example.com"
REASON = "The voucher could not be delivered in time. The money was returned."
WHEN = "2026-01-31T12:00:00Z"

PRODUCTS = r"/products\?"
VOUCHERS = r"\$default/vouchers(\?.*)?$"
A_VOUCHER = r"\$default/vouchers/v1$"
CAMPAIGNS = r"\$default/campaigns(\?.*)?$"
PERMISSIONS = r"\$default/users/[^/]+/permissions$"
A_CAMPAIGN = r"\$default/campaigns/c1$"


def a_voucher(status: str, *, number: int = 1, **other: str) -> dict[str, str]:
    """Return a voucher as its API shows it."""
    return {
        "voucherId": f"v{number}",
        "status": status,
        "amount": "12.50",
        "currency": "GBP",
        "recipientEmail": LONG,
        "createdAt": WHEN,
        **({"pdfUrl": "https://example.org/v.pdf"} if status in ("ISSUED", "MAILED") else {}),
        **({"reason": REASON} if status == "FAILED" else {}),
        **other,
    }


def a_campaign(status: str, **other: Any) -> dict[str, Any]:
    """Return a campaign as its API shows it."""
    return {
        "campaignId": "c1",
        "status": status,
        "subject": "What changes in spring",
        "text": "Prices fall.\n\n" + "A" * 200,
        "recipients": 1234,
        "mailed": 600,
        "notMailed": {},
        "createdAt": WHEN,
        **other,
    }


SENT = a_campaign("SENT", mailed=1200, notMailed={"REJECTED": 34})
FAILED = a_campaign("FAILED", campaignId="c2", mailed=0, reason="The provider refused it.")
SENDING = a_campaign("SENDING", subject="A" * 100)
GRANTED = [{"action": "every*", "resource": "x" * 128}]
EACH_VOUCHER = [
    a_voucher(status, number=number)
    for number, status in enumerate(("PAID", "ISSUED", "MAILED", "FAILED"))
]
