"""The functions as Lambda calls them, from the order to the mail."""

import json
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import boto3
import pytest
from pypdf import PdfReader
from vouchers.adapters.document_bucket import DocumentBucket
from vouchers.adapters.voucher_table import VoucherTable
from vouchers.domain.settling import UNDELIVERED, Deadlines

from tests.integration.vouchers.conftest import sent_mails
from tests.integration.vouchers.provider import Provider
from tests.integration.vouchers.shop import Shop
from tests.unit.lambda_src.events import body_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def shop(
    aws: pytest.MonkeyPatch,
    client: "DynamoDBClient",
    queue: str,
    bucket: str,
    sender: str,
    known_provider: Provider,
) -> Shop:
    aws.setenv("SETTLE_SECONDS", "0")
    return Shop(client, queue)


def test_the_life_of_a_voucher(shop: Shop, bucket: str) -> None:
    created = shop.buy()
    assert created["statusCode"] == 201
    voucher = body_of(created)
    voucher_id = voucher["voucherId"]
    assert shop.show(voucher_id) == voucher
    assert shop.listed() == [voucher]

    shop.react(times=2)
    shop.react(times=2)
    shown = shop.show(voucher_id)
    assert shown.pop("pdfUrl").startswith(f"https://{bucket}.s3.eu-west-2.amazonaws.com/user-2/")
    assert shown == voucher | {"status": "ISSUED"}

    (document,) = boto3.client("s3").list_objects_v2(Bucket=bucket)["Contents"]
    assert document["Key"] == f"user-2/{voucher_id}.pdf"
    shop.mail(document["Key"])
    shop.mail(document["Key"])
    shop.react(times=2)

    assert shop.show(voucher_id)["status"] == "MAILED"
    assert len(sent_mails()) == 1
    assert dict.fromkeys(
        (envelope.metadata.id, envelope.name) for envelope in shop.events.published
    ) == dict.fromkeys(
        [
            (f"{voucher_id}-PAID", "VoucherPaid"),
            (f"{voucher_id}-ISSUED", "VoucherIssued"),
            (f"{voucher_id}-MAILED", "VoucherMailed"),
        ]
    )
    assert shop.buy() == created
    assert shop.parking.parked == []


def test_the_document_holds_the_code_and_nothing_else_tells_it(
    shop: Shop, client: "DynamoDBClient", capsys: pytest.CaptureFixture[str]
) -> None:
    created = shop.buy()
    voucher_id = body_of(created)["voucherId"]
    shop.react()
    pdf = DocumentBucket.from_environment().get("user-2", voucher_id)
    shop.mail(f"user-2/{voucher_id}.pdf")
    code = VoucherTable.from_environment().code("user-2", voucher_id)

    assert code in PdfReader(BytesIO(pdf)).pages[0].extract_text()
    told = json.dumps([created, shop.show(voucher_id), shop.listed()])
    told += str([envelope.to_detail() for envelope in shop.events.published])
    told += capsys.readouterr().out
    assert voucher_id in told
    assert code not in told


def test_a_time_out_after_taking_is_answered_honestly_and_settled_once(
    shop: Shop, provider: Provider
) -> None:
    provider.script = ["hang up after taking"] * 3

    answer = shop.buy()

    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "5")
    assert "may or may not have been taken" in body_of(answer)["detail"]
    assert shop.listed() == []
    shop.clock.forward(minutes=1)
    shop.settle()
    (voucher,) = shop.listed()
    assert list(provider.taken) == [voucher["voucherId"]]
    assert body_of(shop.buy()) == voucher
    assert len([one for one in provider.requests if one["method"] == "POST"]) == 3


def test_a_declined_payment_leaves_nothing_to_settle(shop: Shop, provider: Provider) -> None:
    provider.script = ["decline"]

    answers = [shop.buy(), shop.buy()]

    assert [answer["statusCode"] for answer in answers] == [402, 402]
    assert body_of(answers[0]) == body_of(answers[1])
    shop.settle()
    assert (shop.listed(), provider.taken) == ([], {})


def test_a_record_that_cannot_be_read_is_parked_and_the_next_one_is_handled(
    shop: Shop, client: "DynamoDBClient"
) -> None:
    client.put_item(
        TableName="vouchers",
        Item={"userId": {"S": "user-2"}, "itemId": {"S": "voucher#broken"}},
    )
    shop.buy()

    shop.react()

    assert [error.partition(":")[0] for _, error in shop.parking.parked] == [
        "InvalidEventError",
        "InvalidEventError",
    ]
    client.delete_item(
        TableName="vouchers",
        Key={"userId": {"S": "user-2"}, "itemId": {"S": "voucher#broken"}},
    )
    assert [voucher["status"] for voucher in shop.listed()] == ["ISSUED"]


def test_what_is_never_delivered_is_failed_told_and_paid_back_once_poison_included(
    shop: Shop, client: "DynamoDBClient", provider: Provider
) -> None:
    voucher = body_of(shop.buy())
    key = {"userId": {"S": "user-2"}, "itemId": {"S": f"voucher#{voucher['voucherId']}"}}
    amount = {":amount": {"S": "a lot"}}
    update = "SET amount = :amount"
    client.update_item(
        TableName="vouchers", Key=key, UpdateExpression=update, ExpressionAttributeValues=amount
    )
    shop.react()
    assert len(shop.parking.parked) == 2  # nobody can read it, so nobody delivers it
    shop.deadlines = Deadlines(payment=timedelta(0), delivery=timedelta(0))
    provider.script = ["hang up after voiding"]

    with pytest.raises(AssertionError):
        shop.settle()
    assert provider.returned == [voucher["voucherId"]]
    shop.settle()

    amount = {":amount": {"S": "25.00"}}
    client.update_item(
        TableName="vouchers", Key=key, UpdateExpression=update, ExpressionAttributeValues=amount
    )
    shop.react()
    failed = {**voucher, "status": "FAILED", "reason": UNDELIVERED}
    assert shop.show(voucher["voucherId"]) == failed
    assert (shop.counted, shop.events.published[-1].name) == (
        ["VouchersFailed"],
        "VoucherFailed",
    )
    assert (provider.taken, provider.returned) == ({}, [voucher["voucherId"]])
    item = {**key, "itemId": {"S": f"code#{voucher['voucherId']}"}}
    assert "code" not in client.get_item(TableName="vouchers", Key=item)["Item"]


def test_a_user_buys_so_many_an_hour_and_repeats_are_none(shop: Shop, provider: Provider) -> None:
    shop.limit = 2
    bought = [shop.buy("k1"), shop.buy("k2")]

    refused = shop.buy("k3")

    # The clock says 09:30:00.123456.
    assert (refused["statusCode"], refused["headers"]["retry-after"]) == (429, "1800")
    assert refused["headers"]["content-type"] == "application/problem+json"
    assert "2 vouchers an hour" in body_of(refused)["detail"]
    assert [shop.buy("k1"), shop.buy("k2")] == bought
    assert len(provider.taken) == 2
    shop.clock.forward(minutes=30)
    assert [shop.buy("k1"), shop.buy("k2")] == bought
    assert [shop.buy(key)["statusCode"] for key in ("k3", "k4", "k5")] == [201, 201, 429]


def test_keys_and_counts_leave_the_table_by_themselves(
    shop: Shop, client: "DynamoDBClient"
) -> None:
    shop.buy()

    items = client.scan(TableName="vouchers")["Items"]
    expire = {
        item["itemId"]["S"]: float(item["expiration"]["N"]) - shop.clock.moment.timestamp()
        for item in items
        if "expiration" in item
    }
    assert expire.keys() == {"key#k1", "hour#2026-03-01T09"}
    # Longer than the failure chain keeps what may still bring it to its end.
    assert expire["key#k1"] >= 40 * 24 * 60 * 60
    assert 60 * 60 <= expire["hour#2026-03-01T09"] <= 2 * 60 * 60
