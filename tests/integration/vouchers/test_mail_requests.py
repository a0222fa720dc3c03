"""Mails that are asked for are counted by voucher and hour, in one conditional write each."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from vouchers.adapters.mail_requests import MailRequestTable
from vouchers.domain.mailing_again import TooManyMailsError

from tests.unit.lambda_src.vouchers.samples import NOW

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def table(client: "DynamoDBClient") -> MailRequestTable:
    return MailRequestTable.from_environment()


def test_so_many_an_hour_and_voucher_and_repeats_are_none(table: MailRequestTable) -> None:
    def ask(key: str, *, voucher_id: str = "v1", minutes: int = 0) -> None:
        moment = NOW + timedelta(minutes=minutes)
        table.allow("user-2", voucher_id, key, limit=2, now=moment)

    ask("k1")
    ask("k2")
    ask("k1")
    ask("k3", voucher_id="v2")
    with pytest.raises(TooManyMailsError) as refused:
        ask("k3")

    assert refused.value.retry_after == 1800  # NOW is half past nine
    ask("k3", minutes=30)


def test_counts_leave_the_table_by_themselves_and_name_nobody(
    table: MailRequestTable, client: "DynamoDBClient"
) -> None:
    table.allow("user-2", "v1", "k1", limit=2, now=NOW)

    (item,) = client.scan(TableName="vouchers")["Items"]
    left = float(item.pop("expiration")["N"]) - NOW.timestamp()
    assert 60 * 60 <= left <= 2 * 60 * 60
    assert item == {
        "userId": {"S": "user-2"},
        "itemId": {"S": "mails#v1#2026-03-01T09"},
        "begun": {"SS": ["k1"]},
    }
