"""The consumer of the queue: the same message more than once, a provider that is down, poison."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from vouchers.adapters.settlement_queue import SettlementMessage
from vouchers.domain.purchase import PurchaseState
from vouchers.handlers.settle_payment import settle_payment

from blockwork.runtime.consuming import consume_queue
from tests.unit.blockwork.runtime.fakes import ParkedRecords
from tests.unit.conftest import LogLines
from tests.unit.lambda_src.events import CONTEXT
from tests.unit.lambda_src.vouchers.fakes import (
    Clock,
    FakeProvider,
    InMemoryPurchases,
    Settlements,
    time_out,
)
from tests.unit.lambda_src.vouchers.samples import DEADLINES, order, purchase


class Queue:
    """Messages about a purchase whose request has died."""

    def __init__(self) -> None:
        self.provider = FakeProvider(taken={"voucher-k1": order()})
        self.purchases = InMemoryPurchases()
        self.purchases.start(purchase("k1"))
        self.settlements = Settlements()
        self.parking = ParkedRecords(patience=300)
        self.clock = Clock()
        self.clock.forward(minutes=1)

    def begin(self, *, ago: timedelta) -> None:
        """Let the purchase have begun that long before now."""
        began = replace(purchase("k1"), started_at=datetime.now(UTC) - ago)
        self.purchases.kept["user-2", "k1"] = began

    def deliver(self, *bodies: str, age: float = 0) -> list[str]:
        """Hand over messages, and return the numbers of those that failed."""
        received = str(round((self.clock.moment.timestamp() - age) * 1000))
        records: list[dict[str, Any]] = [
            {
                "messageId": str(number),
                "body": body,
                "attributes": {"ApproximateFirstReceiveTimestamp": received},
            }
            for number, body in enumerate(bodies)
        ]
        handler = consume_queue(
            SettlementMessage,
            settle_payment,
            parking=lambda: self.parking,
            now=lambda: self.clock.moment.timestamp(),
            purchases=lambda: self.purchases,
            payments=lambda: self.provider,
            vouchers=lambda: self.purchases.vouchers,
            settlements=lambda: self.settlements,
            deadlines=lambda: DEADLINES,
        )
        answer = handler({"Records": records}, CONTEXT)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def message(key: str = "k1") -> str:
    return json.dumps({"userId": "user-2", "key": key, "correlationId": "c-1"})


@pytest.fixture
def queue() -> Queue:
    return Queue()


def test_a_message_that_comes_again_and_again_makes_one_voucher(queue: Queue) -> None:
    assert queue.deliver(message(), message()) == []
    assert queue.deliver(message()) == []

    assert queue.purchases.payments == ["payment-of-voucher-k1"]
    assert list(queue.purchases.vouchers.kept) == [("user-2", "voucher-k1")]
    assert queue.provider.asked == ["voucher-k1"]


def test_what_happens_is_logged_with_the_correlation_id_of_the_request(
    queue: Queue, log_lines: LogLines
) -> None:
    queue.deliver(message())

    assert log_lines()[-1]["correlation_id"] == "c-1"


def test_while_the_provider_is_down_it_is_asked_again_and_then_people_are(queue: Queue) -> None:
    queue.provider.before = time_out
    queue.begin(ago=timedelta(minutes=14))
    assert queue.deliver(message()) == []
    assert [(user, key) for user, key, _ in queue.settlements.messages] == [("user-2", "k1")]
    queue.begin(ago=timedelta(minutes=15))

    assert queue.deliver(message()) == ["0"]
    assert queue.deliver(message(), age=301) == []
    ((record, error),) = queue.parking.parked
    assert (record["body"], error.partition(":")[0]) == (message(), "PaymentUnknownError")
    assert queue.purchases.kept["user-2", "k1"].state is PurchaseState.STARTED


@pytest.mark.parametrize("poison", ["", "{", "[]", "{}", '{"userId": 1, "key": "k1"}'])
def test_a_message_that_cannot_be_read_does_not_stop_the_others(queue: Queue, poison: str) -> None:
    assert queue.deliver(poison, message()) == []

    assert len(queue.purchases.vouchers.kept) == 1
    assert [record["body"] for record, _ in queue.parking.parked] == [poison]
