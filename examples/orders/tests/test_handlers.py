"""The handlers with what they work with in memory: no AWS, no network."""

import pytest
from orders.events import OrderPlaced
from orders.place_order import place
from orders.ship_order import NowhereError, ship

from blockwork.runtime.envelope import Envelope
from blockwork.runtime.http import Request
from blockwork.runtime.outside_api import NoUsableAnswerError
from blockwork.runtime.problems import ProblemError


class InMemoryOrders(dict[str, str]):
    """The port `Orders`: addresses by order."""

    def add(self, order_id: str, address: str) -> None:
        self[order_id] = address

    def shipped(self, order_id: str) -> None:
        self[order_id] = "shipped"


class InMemoryCarrier(dict[str, str]):
    """The port `Carrier`: addresses by key, or nothing but failures."""

    def __init__(self, *, is_well: bool = True) -> None:
        super().__init__()
        self._is_well = is_well

    def bring(self, address: str, *, key: str) -> None:
        if not self._is_well:
            raise NoUsableAnswerError("no usable answer of the carrier")
        self[key] = address


class InMemoryEvents(list[Envelope[OrderPlaced]]):
    """The port `Events`."""

    def publish(self, *envelopes: Envelope[OrderPlaced]) -> None:
        self.extend(envelopes)


def test_an_order_is_kept_and_told_of() -> None:
    orders, events = InMemoryOrders(), InMemoryEvents()
    request = Request(body=b'{"address": "1 A Street"}')

    answer = place(request, orders=orders, events=events, new_id=lambda: "o1")

    assert (answer.status, answer.body) == (201, {"orderId": "o1"})
    assert orders == {"o1": "1 A Street"}
    assert [each.data for each in events] == [OrderPlaced(order_id="o1", address="1 A Street")]


def test_an_order_without_an_address_is_refused() -> None:
    with pytest.raises(ProblemError, match="the body does not fit"):
        place(Request(body=b"{}"), orders=InMemoryOrders(), events=InMemoryEvents())


def placed_to(address: str) -> Envelope[OrderPlaced]:
    return Envelope.of(OrderPlaced(order_id="o1", address=address), correlation_id="c1")


def test_an_order_is_brought_to_its_address_under_its_id() -> None:
    orders, carrier = InMemoryOrders(o1="1 A Street"), InMemoryCarrier()

    ship(placed_to("1 A Street"), orders=orders, carrier=carrier)

    assert carrier == {"o1": "1 A Street"}
    assert orders == {"o1": "shipped"}


def test_an_order_to_nowhere_is_not_shipped() -> None:
    orders, carrier = InMemoryOrders(o1=" "), InMemoryCarrier()

    with pytest.raises(NowhereError, match="order o1 must have an address"):
        ship(placed_to(" "), orders=orders, carrier=carrier)
    assert (orders, carrier) == ({"o1": " "}, {})


def test_an_order_that_the_carrier_does_not_take_is_not_shipped() -> None:
    orders = InMemoryOrders(o1="1 A Street")

    with pytest.raises(NoUsableAnswerError):
        ship(placed_to("1 A Street"), orders=orders, carrier=InMemoryCarrier(is_well=False))
    assert orders == {"o1": "1 A Street"}
