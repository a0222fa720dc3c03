"""The functions as Lambda calls them, from the order to the mail."""

import json
import time
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from pypdf import PdfReader
from shared.consuming import consume_notice, consume_queue, consume_stream
from shared.http import http_handler
from shared.records import TableChange
from vouchers.adapters.document_bucket import DocumentBucket
from vouchers.adapters.payment_provider import PaymentProvider
from vouchers.adapters.purchase_table import PurchaseTable
from vouchers.adapters.settlement_queue import SettlementMessage, SettlementQueue
from vouchers.adapters.voucher_mail import VoucherMail
from vouchers.adapters.voucher_pdf import print_voucher
from vouchers.adapters.voucher_table import VoucherTable
from vouchers.handlers.create_voucher import ERRORS, create_voucher
from vouchers.handlers.get_voucher import get_voucher
from vouchers.handlers.issue_voucher import issue_voucher
from vouchers.handlers.list_vouchers import list_vouchers
from vouchers.handlers.mail_voucher import DocumentArrived, mail_voucher
from vouchers.handlers.publish_changes import publish_changes
from vouchers.handlers.settle_payment import settle_payment

from tests.integration.vouchers.conftest import sent_mails
from tests.integration.vouchers.provider import Provider
from tests.unit.lambda_src.events import CONTEXT, CUSTOMER, body_of, event
from tests.unit.lambda_src.shared.fakes import (
    KnownKey,
    ParkedRecords,
    PublishedEvents,
    RememberedOnce,
)
from tests.unit.lambda_src.vouchers.fakes import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BODY = {"amount": "25.00", "currency": "GBP", "recipientEmail": "friend@example.com"}

Handler = Callable[[dict[str, Any], LambdaContext], Any]


class Platform:
    """The functions, and what carries the news from one to the next."""

    def __init__(self, client: "DynamoDBClient", queue: str) -> None:
        self.client = client
        self.queue = queue
        self.events = PublishedEvents()
        self.parking = ParkedRecords()
        self.once = RememberedOnce()
        self.clock = Clock()
        self._items: dict[str, Any] = {}

    def buy(self, key: str = "k1", **changes: str) -> dict[str, Any]:
        route = http_handler(
            create_voucher,
            errors=ERRORS,
            purchases=PurchaseTable.from_environment,
            payments=lambda: self._payments(),
            settlements=SettlementQueue.from_environment,
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
            settlements=SettlementQueue.from_environment,
            now=lambda: self.clock.moment.timestamp(),
        )
        answer = sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
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
        payments._sleep = lambda _: None
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


@pytest.fixture
def platform(
    aws: pytest.MonkeyPatch,
    client: "DynamoDBClient",
    queue: str,
    bucket: str,
    sender: str,
    known_provider: Provider,
) -> Platform:
    aws.setenv("SETTLE_SECONDS", "0")
    return Platform(client, queue)


def test_the_life_of_a_voucher(platform: Platform, bucket: str) -> None:
    created = platform.buy()
    assert created["statusCode"] == 201
    voucher = body_of(created)
    voucher_id = voucher["voucherId"]
    assert platform.show(voucher_id) == voucher
    assert platform.listed() == [voucher]

    platform.react(times=2)
    platform.react(times=2)
    shown = platform.show(voucher_id)
    assert shown.pop("pdfUrl").startswith(f"https://{bucket}.s3.eu-west-2.amazonaws.com/user-2/")
    assert shown == voucher | {"status": "ISSUED"}

    (document,) = boto3.client("s3").list_objects_v2(Bucket=bucket)["Contents"]
    assert document["Key"] == f"user-2/{voucher_id}.pdf"
    platform.mail(document["Key"])
    platform.mail(document["Key"])
    platform.react(times=2)

    assert platform.show(voucher_id)["status"] == "MAILED"
    assert len(sent_mails()) == 1
    assert dict.fromkeys(
        (envelope.metadata.id, envelope.name) for envelope in platform.events.published
    ) == dict.fromkeys(
        [
            (f"{voucher_id}-PAID", "VoucherPaid"),
            (f"{voucher_id}-ISSUED", "VoucherIssued"),
            (f"{voucher_id}-MAILED", "VoucherMailed"),
        ]
    )
    assert platform.buy() == created
    assert platform.parking.parked == []


def test_the_document_holds_the_code_and_nothing_else_tells_it(
    platform: Platform, client: "DynamoDBClient", capsys: pytest.CaptureFixture[str]
) -> None:
    created = platform.buy()
    voucher_id = body_of(created)["voucherId"]
    platform.react()
    pdf = DocumentBucket.from_environment().get("user-2", voucher_id)
    platform.mail(f"user-2/{voucher_id}.pdf")
    code = VoucherTable.from_environment().code("user-2", voucher_id)

    assert code in PdfReader(BytesIO(pdf)).pages[0].extract_text()
    told = json.dumps([created, platform.show(voucher_id), platform.listed()])
    told += str([envelope.to_detail() for envelope in platform.events.published])
    told += capsys.readouterr().out
    assert voucher_id in told
    assert code not in told


def test_a_time_out_after_taking_is_answered_honestly_and_settled_once(
    platform: Platform, provider: Provider
) -> None:
    provider.script = ["hang up after taking"] * 3

    answer = platform.buy()

    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "5")
    assert "may or may not have been taken" in body_of(answer)["detail"]
    assert platform.listed() == []
    platform.clock.forward(minutes=1)
    platform.settle()
    (voucher,) = platform.listed()
    assert list(provider.taken) == [voucher["voucherId"]]
    assert body_of(platform.buy()) == voucher
    assert len([one for one in provider.requests if one["method"] == "POST"]) == 3


def test_a_declined_payment_leaves_nothing_to_settle(
    platform: Platform, provider: Provider
) -> None:
    provider.script = ["decline"]

    answers = [platform.buy(), platform.buy()]

    assert [answer["statusCode"] for answer in answers] == [402, 402]
    assert body_of(answers[0]) == body_of(answers[1])
    platform.settle()
    assert (platform.listed(), provider.taken) == ([], {})


def test_a_record_that_cannot_be_read_is_parked_and_the_next_one_is_handled(
    platform: Platform, client: "DynamoDBClient"
) -> None:
    client.put_item(
        TableName="vouchers",
        Item={"userId": {"S": "user-2"}, "itemId": {"S": "voucher#broken"}},
    )
    platform.buy()

    platform.react()

    assert [error.partition(":")[0] for _, error in platform.parking.parked] == [
        "InvalidEventError",
        "InvalidEventError",
    ]
    client.delete_item(
        TableName="vouchers",
        Key={"userId": {"S": "user-2"}, "itemId": {"S": "voucher#broken"}},
    )
    assert [voucher["status"] for voucher in platform.listed()] == ["ISSUED"]
