"""Which uploads are offered, and what has arrived."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blockwork.runtime.uploads import (
    Arrival,
    UploadOffers,
    UploadRefusedError,
    arrival_of,
)

RULES = {"prefix": "in/", "largest": 1000, "contentTypes": ["text/csv"], "seconds": 60}


@pytest.fixture
def offers(monkeypatch: pytest.MonkeyPatch) -> UploadOffers:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("UPLOADS_BUCKET", "theirs")
    monkeypatch.setenv("UPLOADS_RULES", json.dumps(RULES))
    return UploadOffers.from_environment()


def test_an_offer_binds_the_size_the_type_and_the_key(offers: UploadOffers) -> None:
    offer = offers.make("ada/1.csv", size=10, content_type="text/csv")

    policy = json.loads(base64.b64decode(offer.fields["policy"]))
    assert offer.key == offer.fields["key"] == "in/ada/1.csv"
    assert ["content-length-range", 1, 10] in policy["conditions"]
    assert {"key": "in/ada/1.csv"} in policy["conditions"]
    assert {"Content-Type": "text/csv"} in policy["conditions"]
    assert offer.fields["Content-Type"] == "text/csv"


def test_an_offer_is_good_for_its_seconds(offers: UploadOffers) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    offer = offers.make("1.csv", size=10, content_type="text/csv")
    after = datetime.now(UTC)

    ends = datetime.fromisoformat(
        json.loads(base64.b64decode(offer.fields["policy"]))["expiration"]
    )
    assert before <= ends - timedelta(seconds=60) <= after


def test_a_browser_is_sent_to_the_buckets_own_region(offers: UploadOffers) -> None:
    offer = offers.make("1.csv", size=10, content_type="text/csv")

    assert offer.url == "https://theirs.s3.eu-west-2.amazonaws.com/"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"size": 0}, "size must be between 1 and 1,000 bytes, got 0"),
        ({"size": 1001}, "size must be between 1 and 1,000 bytes, got 1,001"),
        ({"content_type": "text/html"}, "content type must be one of text/csv, got 'text/html'"),
    ],
)
def test_what_is_not_taken_is_not_offered(
    offers: UploadOffers, asked: dict[str, Any], message: str
) -> None:
    with pytest.raises(UploadRefusedError, match=message):
        offers.make("1.csv", **{"size": 1000, "content_type": "text/csv", **asked})


@pytest.mark.parametrize("name", ["", "/a", "a/", "a//b", "../a", "a/../b", "ä", "a b", "x" * 1022])
def test_a_name_that_is_not_safe_everywhere_is_refused(offers: UploadOffers, name: str) -> None:
    with pytest.raises(ValueError, match="name must be of ASCII"):
        offers.make(name, size=1, content_type="text/csv")


def test_an_arrival_is_read_from_what_s3_says() -> None:
    stored = {"key": "in/a b.csv", "size": 7, "etag": "e", "sequencer": "0"}
    event = {
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {"version": "0", "bucket": {"name": "theirs"}, "object": stored},
    }

    assert arrival_of(event) == Arrival(bucket="theirs", key="in/a b.csv", etag="e", size=7)


def test_an_arrival_is_read_from_what_a_scan_says() -> None:
    scanned = {"bucketName": "theirs", "objectKey": "in/1.csv", "eTag": "e", "versionId": "v"}
    event = {
        "source": "aws.guardduty",
        "detail-type": "GuardDuty Malware Protection Object Scan Result",
        "detail": {"s3ObjectDetails": scanned, "scanStatus": "COMPLETED"},
    }

    assert arrival_of(event) == Arrival(bucket="theirs", key="in/1.csv", etag="e", size=None)


@pytest.mark.parametrize(
    "event",
    [{}, {"source": "aws.s3", "detail-type": "Object Deleted", "detail": {}}, {"source": "x"}],
)
def test_another_event_is_no_arrival(event: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="event must be S3's 'Object Created'"):
        arrival_of(event)
