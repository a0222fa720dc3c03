"""OrderPlaced: have it brought, once. What cannot be brought ends in the failure chain."""

from blockwork.runtime.consuming import consume
from blockwork.runtime.envelope import Envelope
from blockwork.runtime.idempotency import OnceTable
from orders.carrier import Carrier, CarrierApi
from orders.events import OrderPlaced
from orders.order_table import Orders, OrderTable


class NowhereError(Exception):
    """An order has no address to ship it to."""


def ship(placed: Envelope[OrderPlaced], *, orders: Orders, carrier: Carrier) -> None:
    """Have an order brought to its address."""
    if not placed.data.address.strip():
        raise NowhereError(f"order {placed.data.order_id} must have an address")
    carrier.bring(placed.data.address, key=placed.data.order_id)
    orders.shipped(placed.data.order_id)


handler = consume(
    OrderPlaced,
    ship,
    once=OnceTable.from_environment,
    orders=OrderTable.from_environment,
    carrier=CarrierApi.from_environment,
)
