"""What the shop is told of orders."""

from typing import ClassVar

from blockwork.runtime.envelope import Event, Id


class OrderPlaced(Event, frozen=True, kw_only=True):
    """A customer has ordered something."""

    SOURCE: ClassVar[str] = "shop.orders"

    order_id: Id
    address: str
