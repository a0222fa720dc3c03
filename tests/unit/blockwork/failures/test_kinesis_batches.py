"""A failed batch of a Kinesis stream goes again as the function got it."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blockwork.failures.messages import recognise
from blockwork.failures.redrive import RedriveError
from tests.unit.blockwork.failures.samples import batch, message
from tests.unit.blockwork.failures.test_targets import FakeAws, targets

CLICKS = "arn:aws:kinesis:eu-west-2:111111111111:stream/Clicks"


def sent(number: int, **data: Any) -> dict[str, Any]:
    return {
        "SequenceNumber": str(number),
        "PartitionKey": "one",
        "Data": json.dumps(data).encode(),
        "ApproximateArrivalTimestamp": datetime(2030, 1, 1, tzinfo=UTC),
    }


def failed(size: int) -> Any:
    record = batch(size)
    record["KinesisBatchInfo"] = {**record.pop("DDBStreamBatchInfo"), "streamArn": CLICKS}
    return recognise(message(record))


def test_the_function_gets_the_records_as_lambda_writes_them() -> None:
    aws = FakeAws()
    aws.pages = [[sent(100, page="/")], [sent(300, page="/a"), sent(400, page="/b")]]

    targets(aws)(failed(2))

    (_, payload) = aws.invoked[0]
    assert [r["kinesis"]["sequenceNumber"] for r in payload["Records"]] == ["100", "300"]
    first = payload["Records"][0]
    assert json.loads(base64.b64decode(first["kinesis"]["data"])) == {"page": "/"}
    assert first["eventSourceARN"] == CLICKS
    assert first["eventID"] == "shard-1:100"
    assert first["kinesis"]["approximateArrivalTimestamp"] == 1893456000


def test_filters_look_into_the_data() -> None:
    aws = FakeAws()
    aws.pages = [[sent(100, page="/"), sent(200, page="/a"), sent(300, page="/")]]
    aws.filters = [{"data": {"page": ["/"]}}]

    targets(aws)(failed(2))

    (_, payload) = aws.invoked[0]
    assert [r["kinesis"]["sequenceNumber"] for r in payload["Records"]] == ["100", "300"]


def test_records_that_are_there_no_more_fail_and_nothing_is_invoked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    aws = FakeAws()

    def gone(**_where: str) -> dict[str, str]:
        raise ClientError({"Error": {"Code": "InvalidArgumentException"}}, "GetShardIterator")

    monkeypatch.setattr(aws, "get_shard_iterator", gone)

    with pytest.raises(RedriveError, match="not in the stream any more"):
        targets(aws)(failed(2))

    assert not aws.invoked
