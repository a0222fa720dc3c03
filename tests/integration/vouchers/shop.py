"""The functions as Lambda calls them, and what carries the news from one to the next."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext
from vouchers.adapters.document_bucket import DocumentBucket
from vouchers.adapters.payment_provider import PaymentProvider
from vouchers.adapters.purchase_table import PurchaseTable
from vouchers.adapters.settlement_queue import SettlementMessage, SettlementQueue
from vouchers.adapters.voucher_mail import VoucherMail
from vouchers.adapters.voucher_pdf import print_voucher
from vouchers.adapters.voucher_table import VoucherTable
from vouchers.domain.settling import Deadlines
from vouchers.handlers.create_voucher import ERRORS, create_voucher
from vouchers.handlers.get_voucher import get_voucher
from vouchers.handlers.issue_voucher import issue_voucher
from vouchers.handlers.list_vouchers import list_vouchers
from vouchers.handlers.mail_voucher import DocumentArrived, mail_voucher
from vouchers.handlers.publish_changes import publish_changes
from vouchers.handlers.settle_payment import settle_payment

from blockwork.runtime.consuming import consume_notice, consume_queue, consume_stream
from blockwork.runtime.http import http_handler
from blockwork.runtime.records import TableChange
from tests.unit.blockwork.runtime.fakes import (
    KnownKey,
    ParkedRecords,
    PublishedEvents,
    RememberedOnce,
)
from tests.unit.lambda_src.events import CONTEXT, CUSTOMER, body_of, event
from tests.unit.lambda_src.vouchers.fakes import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BODY = {"amount": "25.00", "currency": "GBP", "recipientEmail": "friend@example.com"}

Handler = Callable[[dict[str, Any], LambdaContext], Any]


class Shop:
    """The functions, and what carries the news from one to the next."""

    def __init__(self, client: "DynamoDBClient", queue: str) -> None:
        self.client = client
        self.queue = queue
        self.events = PublishedEvents()
        self.parking = ParkedRecords()
        self.once = RememberedOnce()
        self.clock = Clock()
        self.counted: list[str] = []
        self.limit = 30
        # The function that settles has the machine's clock; what is bought here began long before.
        self.deadlines = Deadlines(payment=timedelta(days=9999), delivery=timedelta(days=9999))
        self._items: dict[str, Any] = {}

    def buy(self, key: str = "k1", **changes: str) -> dict[str, Any]:
        route = http_handler(
            create_voucher,
            errors=ERRORS,
            purchases=PurchaseTable.from_environment,
            payments=lambda: self._payments(),
            settlements=SettlementQueue.from_environment,
            limit=lambda: self.limit,
            now=lambda: self.clock,
        )
        request = event(
            "POST /vouchers",
            body=json.dumps(BODY | changes),
            headers={"Idempotency-Key": key},
            claims=CUSTOMER,
        )
        return route(request, CONTEXT)

    def show(self, voucher_id: str) -> Any:
        route = http_handler(
            get_voucher,
            vouchers=VoucherTable.from_environment,
            documents=DocumentBucket.from_environment,
        )
        return body_of(route(event(path={"voucherId": voucher_id}, claims=CUSTOMER), CONTEXT))

    def listed(self) -> Any:
        route = http_handler(
            list_vouchers,
            vouchers=VoucherTable.from_environment,
            documents=DocumentBucket.from_environment,
            signer=KnownKey,
        )
        return body_of(route(event(claims=CUSTOMER), CONTEXT))["vouchers"]

    def settle(self) -> None:
        """Deliver every message of the queue twice."""
        sqs = boto3.client("sqs")
        handler = consume_queue(
            SettlementMessage,
            settle_payment,
            parking=lambda: self.parking,
            purchases=PurchaseTable.from_environment,
            payments=lambda: self._payments(),
            vouchers=VoucherTable.from_environment,
            settlements=SettlementQueue.from_environment,
            deadlines=lambda: self.deadlines,
            now=lambda: self.clock.moment.timestamp(),
        )
        answer = sqs.receive_message(
            QueueUrl=self.queue, MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        received = str(round(self.clock.moment.timestamp() * 1000))
        for message in answer.get("Messages", []) * 2:
            record = {
                "messageId": message["MessageId"],
                "body": message["Body"],
                "attributes": {"ApproximateFirstReceiveTimestamp": received},
            }
            assert handler({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}

    def react(self, *, times: int = 1) -> None:
        """Deliver every record of the stream so often, each time to both consumers."""
        issue = consume_stream(
            TableChange,
            issue_voucher,
            parking=lambda: self.parking,
            vouchers=VoucherTable.from_environment,
            documents=DocumentBucket.from_environment,
            printer=lambda: print_voucher,
        )
        publish = consume_stream(
            TableChange,
            publish_changes,
            parking=lambda: self.parking,
            events=lambda: self.events,
            count=lambda: self.counted.append,
        )
        records = [record for record in self._records() if _is_voucher(record)]
        for record in records * times:
            for handler in (issue, publish):
                assert handler({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}

    def mail(self, key: str) -> None:
        consume_notice(
            DocumentArrived,
            mail_voucher,
            key=lambda arrived: arrived.key,
            once=lambda: self.once,
            vouchers=VoucherTable.from_environment,
            documents=DocumentBucket.from_environment,
            mailer=VoucherMail.from_environment,
        )(
            {"id": "e1", "detail-type": "Object Created", "detail": {"object": {"key": key}}},
            CONTEXT,
        )

    def _payments(self) -> PaymentProvider:
        payments = PaymentProvider.from_environment()
        payments._api._sleep = lambda _: None
        return payments

    def _records(self) -> list[dict[str, Any]]:
        """Return what a stream would say of the changes since the last time."""
        items = {
            item["itemId"]["S"]: item for item in self.client.scan(TableName="vouchers")["Items"]
        }
        before, self._items = self._items, items
        return [
            {
                "eventID": f"change-{item_id}",
                "eventName": "MODIFY" if item_id in before else "INSERT",
                "dynamodb": {
                    "ApproximateCreationDateTime": time.time(),
                    "SequenceNumber": str(number),
                    "Keys": {"itemId": {"S": item_id}},
                    "OldImage": before.get(item_id),
                    "NewImage": item,
                },
            }
            for number, (item_id, item) in enumerate(items.items())
            if before.get(item_id) != item
        ]


def _is_voucher(record: dict[str, Any]) -> bool:
    """Filter as the event source mapping does."""
    return str(record["dynamodb"]["Keys"]["itemId"]["S"]).startswith("voucher#")
