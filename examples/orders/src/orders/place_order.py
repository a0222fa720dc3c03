"""POST /orders: keep what a customer orders, and tell the shop."""

from collections.abc import Callable
from uuid import uuid4

import msgspec

from blockwork.runtime.bodies import read_body
from blockwork.runtime.envelope import Envelope
from blockwork.runtime.event_publisher import EventPublisher, Events
from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.observability import current_correlation_id
from orders.events import OrderPlaced
from orders.order_table import Orders, OrderTable


class NewOrder(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a customer sends."""

    address: str


def place(
    request: Request,
    *,
    orders: Orders,
    events: Events,
    new_id: Callable[[], str] = lambda: uuid4().hex,
) -> Response:
    """Answer 201 with the order's id."""
    wanted = read_body(request, NewOrder)
    order_id = new_id()
    orders.add(order_id, wanted.address)
    placed = OrderPlaced(order_id=order_id, address=wanted.address)
    events.publish(Envelope.of(placed, correlation_id=current_correlation_id()))
    return Response.created({"orderId": order_id}, location=f"./orders/{order_id}")


handler = http_handler(
    place, orders=OrderTable.from_environment, events=EventPublisher.from_environment
)
