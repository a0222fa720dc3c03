"""Uploads as a browser makes them, against the bounds of their offer, and what arrives."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack

from constructs_lib.blocks import GUARD_DUTY, FailureChain, UploadBucket
from constructs_lib.primitives import BuildTarget, PythonFunction, PythonService, Queue
from tests.emulator.support import Aws, invoke, received
from tests.emulator.synthesised import deploy_constructs

OFFER = """
from blockwork.runtime.uploads import UploadOffers
def handler(event, context):
    offers = UploadOffers.from_environment()
    offer = offers.make(event["name"], size=int(event["size"]), content_type="text/csv")
    return {"url": offer.url, "fields": dict(offer.fields)}
"""
READ = """
import os, boto3
from blockwork.runtime.uploads import arrival_of
def handler(event, context):
    arrival = arrival_of(event)
    body = boto3.client("s3").get_object(Bucket=arrival.bucket, Key=arrival.key)["Body"].read()
    return {"text": body.decode(), "size": arrival.size}
"""


@dataclass(frozen=True)
class Uploads:
    """A bucket, and who offers and reads."""

    aws: Aws
    outputs: dict[str, str]
    origin: str

    def offer(self, name: str, size: int) -> dict[str, Any]:
        made: dict[str, Any] = invoke(
            self.aws, self.outputs["OfferName"], name=name, size=str(size)
        )["answer"]
        return made

    def read(self, event: dict[str, Any], by: str = "ReadName") -> dict[str, Any]:
        answer = self.aws.client("lambda").invoke(
            FunctionName=self.outputs[by], Payload=json.dumps(event)
        )
        read: dict[str, Any] = json.loads(answer["Payload"].read())
        return read

    def post(self, offer: dict[str, Any], content: bytes, **changed: str) -> httpx.Response:
        """Post a file as a page's form does: the fields, and the file as the last of them."""
        return httpx.post(
            offer["url"],
            data={**offer["fields"], **changed},
            files={"file": ("readings.csv", content, "text/csv")},
            headers={"Origin": self.origin},
        )


def edge(aws: Aws, host: str = "localhost") -> str:
    """Return an origin of the edge, whose pages the emulator lets in."""
    port = urlsplit(aws.endpoint).port
    assert port is not None
    return f"http://{host}:{port + 1}"


@pytest.fixture(scope="module")
def uploads(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Uploads:
    folder = tmp_path_factory.mktemp("uploads")
    (folder / "files").mkdir()
    (folder / "files" / "offer.py").write_text(OFFER)
    (folder / "files" / "read.py").write_text(READ)
    origin = edge(aws)
    made = deploy_constructs(aws, "uploads", lambda stack: build(stack, folder, origin))
    return Uploads(aws, made, origin)


def build(stack: Stack, folder: Path, origin: str) -> None:
    service = PythonService(
        name="files",
        source=folder,
        target=BuildTarget.this_machine(),
        log_removal_policy=RemovalPolicy.DESTROY,
    )
    failures = FailureChain(stack, "Failures")
    for id_, scan in (("", None), ("Scanned", GUARD_DUTY)):
        bucket = UploadBucket(
            stack,
            f"{id_}Uploads",
            origins=[origin],
            largest=1000,
            content_types=["text/csv"],
            offer_for=Duration.minutes(1),
            scan=scan,
            removal_policy=RemovalPolicy.DESTROY,
        )
        read = PythonFunction(stack, f"{id_}Read", service=service, entry="read")
        bucket.let_read(read)
        CfnOutput(stack, f"{id_}ReadName", value=read.function_name)
        if scan is None:
            offer = PythonFunction(stack, "Offer", service=service, entry="offer")
            bucket.let_offer(offer)
            queue = Queue(stack, "Arrived", dead_letter_queue=failures.dead_letter_queue())
            bucket.subscribe(stack, "OnUpload", queue=queue, failures=failures)
            CfnOutput(stack, "OfferName", value=offer.function_name)
            CfnOutput(stack, "ArrivedUrl", value=queue.queue_url)
        CfnOutput(stack, f"{id_}BucketName", value=bucket.bucket.bucket_name)


def test_a_file_that_is_as_offered_arrives_and_can_be_read(uploads: Uploads) -> None:
    stored = uploads.post(uploads.offer("ada/1.csv", size=5), b"a,b\n1")
    arrived = received(uploads.aws, uploads.outputs["ArrivedUrl"])["body"]

    assert stored.status_code == 204, stored.text
    assert arrived["detail"]["object"]["key"] == "uploads/ada/1.csv"
    assert uploads.read(arrived) == {"text": "a,b\n1", "size": 5}


@pytest.mark.parametrize(
    ("content", "changed", "status", "code"),
    [
        (b"123456", {}, 400, "EntityTooLarge"),
        (b"", {}, 400, "EntityTooSmall"),
        (b"12345", {"Content-Type": "text/html"}, 403, "AccessDenied"),
        (b"12345", {"key": "uploads/eve/1.csv"}, 403, "AccessDenied"),
        (b"12345", {"x-amz-signature": "0" * 64}, 403, "SignatureDoesNotMatch"),
    ],
    ids=["larger", "empty", "another type", "another key", "forged"],
)
def test_storage_refuses_what_is_not_as_offered(
    uploads: Uploads, content: bytes, changed: dict[str, str], status: int, code: str
) -> None:
    answer = uploads.post(uploads.offer("refused.csv", size=5), content, **changed)

    assert (answer.status_code, f"<Code>{code}</Code>" in answer.text) == (status, True), (
        answer.text
    )
    listed = uploads.aws.client("s3").list_objects_v2(Bucket=uploads.outputs["BucketName"])
    keys = {each["Key"] for each in listed.get("Contents", [])}
    assert not keys & {"uploads/refused.csv", "uploads/eve/1.csv"}


@pytest.mark.parametrize(("host", "allowed"), [("localhost", True), ("127.0.0.1", False)])
def test_only_pages_of_the_origin_may_post(uploads: Uploads, host: str, allowed: bool) -> None:
    url, origin = uploads.offer("1.csv", size=5)["url"], edge(uploads.aws, host)

    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answer = httpx.options(url, headers=asked)

    assert (answer.headers.get("access-control-allow-origin") == origin) is allowed


def test_a_file_that_no_scan_has_found_good_cannot_be_read(uploads: Uploads) -> None:
    s3, bucket, key = (
        uploads.aws.client("s3"),
        uploads.outputs["ScannedBucketName"],
        "uploads/1.csv",
    )
    s3.put_object(Bucket=bucket, Key=key, Body=b"1")
    event = {
        "source": "aws.guardduty",
        "detail": {"s3ObjectDetails": {"bucketName": bucket, "objectKey": key}},
    }

    def tagged(verdict: str) -> dict[str, Any]:
        tags = [{"Key": "GuardDutyMalwareScanStatus", "Value": verdict}]
        s3.put_object_tagging(Bucket=bucket, Key=key, Tagging={"TagSet": tags})
        return uploads.read(event, by="ScannedReadName")

    assert "AccessDenied" in uploads.read(event, by="ScannedReadName")["errorMessage"]
    assert "AccessDenied" in tagged("THREATS_FOUND")["errorMessage"]
    assert tagged("NO_THREATS_FOUND") == {"text": "1", "size": None}
