from datetime import timedelta
from email import message_from_string
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from vouchers.adapters.document_bucket import DocumentBucket
from vouchers.adapters.settlement_queue import SettlementQueue
from vouchers.adapters.voucher_mail import ONE_TRY, VoucherMail
from vouchers.domain.vouchers import UndeliverableError

from tests.integration.vouchers.conftest import sent_mails
from tests.unit.lambda_src.vouchers.samples import purchase, voucher


@pytest.mark.parametrize(
    ("after", "delay"),
    [
        (None, 60),
        (timedelta(), 0),
        (timedelta(seconds=20), 20),
        (timedelta(seconds=20, milliseconds=1), 21),
        (timedelta(days=1), 900),
    ],
)
def test_a_settlement_arrives_when_it_is_due(
    queue: str, aws: pytest.MonkeyPatch, after: timedelta | None, delay: int
) -> None:
    sent: list[dict[str, Any]] = []
    client = boto3.client("sqs")
    client.meta.events.register(
        "before-parameter-build.sqs.SendMessage", lambda params, **_: sent.append(dict(params))
    )

    SettlementQueue(client, queue, timedelta(minutes=1)).schedule(purchase("k1"), after=after)

    assert [message["DelaySeconds"] for message in sent] == [delay]
    assert sent[0]["MessageBody"] == (
        '{"userId":"user-2","key":"k1","correlationId":"correlation-1"}'
    )


def test_the_queue_and_its_delay_come_from_the_settings(
    queue: str, aws: pytest.MonkeyPatch
) -> None:
    aws.setenv("SETTLE_SECONDS", "0")

    SettlementQueue.from_environment().schedule(purchase("k1"))

    assert len(boto3.client("sqs").receive_message(QueueUrl=queue)["Messages"]) == 1


def test_a_document_comes_back_as_it_went_in(bucket: str) -> None:
    documents = DocumentBucket.from_environment()
    documents.put("user-2", "v1", b"old")
    documents.put("user-2", "v1", b"%PDF")

    assert documents.get("user-2", "v1") == b"%PDF"
    (kept,) = boto3.client("s3").list_objects_v2(Bucket=bucket)["Contents"]
    assert kept["Key"] == "user-2/v1.pdf"
    head = boto3.client("s3").head_object(Bucket=bucket, Key="user-2/v1.pdf")
    assert head["ContentType"] == "application/pdf"


def test_an_address_of_a_document_is_good_for_five_minutes(bucket: str) -> None:
    url = urlsplit(DocumentBucket.from_environment().url("user-2", "v1"))

    assert url.netloc == f"{bucket}.s3.eu-west-2.amazonaws.com"
    assert url.path == "/user-2/v1.pdf"
    query = parse_qs(url.query)
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-Expires"] == ["300"]
    assert query["response-content-disposition"] == ['inline; filename="voucher.pdf"']


def test_the_local_stage_needs_no_host_name_for_each_bucket(aws: pytest.MonkeyPatch) -> None:
    aws.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    aws.setenv("DOCUMENTS_BUCKET", "documents-1")

    url = DocumentBucket.from_environment().url("user-2", "v1")

    assert url.startswith("http://127.0.0.1:4566/documents-1/user-2/v1.pdf?")


def test_a_mail_goes_to_the_recipient_with_the_document(sender: str) -> None:
    VoucherMail.from_environment().send(voucher("v1"), b"%PDF-1.7")

    (mail,) = sent_mails()
    assert (mail.source, set(mail.destinations)) == (sender, {"friend@example.com"})
    parts = list(message_from_string(mail.raw_data).walk())
    assert [part.get_content_type() for part in parts] == [
        "multipart/mixed",
        "text/plain",
        "application/pdf",
    ]
    assert parts[2].get_payload(decode=True) == b"%PDF-1.7"


def test_a_sender_that_may_not_send_fails_openly(aws: pytest.MonkeyPatch, sender: str) -> None:
    aws.setenv("MAIL_SENDER", "nobody@example.org")

    with pytest.raises(ClientError):
        VoucherMail.from_environment().send(voucher("v1"), b"%PDF-1.7")


def test_a_mail_is_tried_once_since_ses_may_have_sent_what_timed_out(sender: str) -> None:
    client = boto3.client("sesv2", config=ONE_TRY)
    tries: list[str] = []

    def time_out(**_: Any) -> None:
        tries.append("try")
        raise ReadTimeoutError(endpoint_url="https://ses")

    client.meta.events.register("before-send.sesv2.SendEmail", time_out)
    with pytest.raises(ReadTimeoutError):
        VoucherMail(client, sender).send(voucher("v1"), b"%PDF-1.7")

    assert tries == ["try"]


@pytest.mark.parametrize(
    ("refusal", "raised"),
    [
        ("BadRequestException", UndeliverableError),
        ("MessageRejected", ClientError),
        ("SendingPausedException", ClientError),
    ],
)
def test_only_a_recipient_whom_ses_cannot_read_is_undeliverable(
    sender: str, refusal: str, raised: type[Exception]
) -> None:
    client = boto3.client("sesv2", config=ONE_TRY)

    def refuse(**_: Any) -> None:
        kind = getattr(client.exceptions, refusal)
        raise kind({"Error": {"Code": refusal, "Message": "no"}}, "SendEmail")

    client.meta.events.register("before-send.sesv2.SendEmail", refuse)
    with pytest.raises(raised):
        VoucherMail(client, sender).send(voucher("v1"), b"%PDF-1.7")
