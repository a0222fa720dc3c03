"""How long a purchase is tried before it is given up."""

import os
from datetime import timedelta

from vouchers.domain.settling import Deadlines


def deadlines_from_environment() -> Deadlines:
    """Return what PAYMENT_SECONDS and DELIVERY_SECONDS say."""
    return Deadlines(
        payment=timedelta(seconds=int(os.environ["PAYMENT_SECONDS"])),
        delivery=timedelta(seconds=int(os.environ["DELIVERY_SECONDS"])),
    )
