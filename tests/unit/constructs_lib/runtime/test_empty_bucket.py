import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from constructs_lib.runtime.custom_resources.empty_bucket import TAG, handle

BUCKET = "documents"
TLS_ONLY = {"Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*"}
PAGE = 2


class Bucket:
    """The part of an S3 client that empties a bucket, which is kept in memory."""

    def __init__(self, versions: int, markers: int = 0) -> None:
        self.meta = type("Meta", (), {"partition": "aws"})
        self.held = [{"Key": "a.pdf", "VersionId": f"v{number}"} for number in range(versions)]
        self.markers = [{"Key": "a.pdf", "VersionId": f"m{number}"} for number in range(markers)]
        self.tags: list[dict[str, str]] | str = [{"Key": TAG, "Value": "true"}]
        self.policy: dict[str, Any] | None = {"Version": "2012-10-17", "Statement": [TLS_ONLY]}
        self.locked: set[str] = set()

    def get_bucket_tagging(self, *, Bucket: str) -> dict[str, Any]:  # noqa: N803
        assert Bucket == BUCKET
        if isinstance(self.tags, str):
            raise ClientError({"Error": {"Code": self.tags}}, "GetBucketTagging")
        return {"TagSet": self.tags}

    def get_bucket_policy(self, *, Bucket: str) -> dict[str, str]:  # noqa: N803
        assert Bucket == BUCKET
        if self.policy is None:
            raise ClientError({"Error": {"Code": "NoSuchBucketPolicy"}}, "GetBucketPolicy")
        return {"Policy": json.dumps(self.policy)}

    def put_bucket_policy(self, *, Bucket: str, Policy: str) -> None:  # noqa: N803
        assert Bucket == BUCKET
        self.policy = json.loads(Policy)

    def get_paginator(self, operation: str) -> "Bucket":
        assert operation == "list_object_versions"
        return self

    def paginate(self, *, Bucket: str) -> list[dict[str, Any]]:  # noqa: N803
        assert Bucket == BUCKET
        pages: list[dict[str, Any]] = [
            {"Versions": self.held[start : start + PAGE]}
            for start in range(0, len(self.held), PAGE)
        ]
        return [*pages, {"DeleteMarkers": list(self.markers)}, {}]

    def delete_objects(self, *, Bucket: str, Delete: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        assert Bucket == BUCKET
        assert self.policy
        assert "s3:PutObject" in [one["Action"] for one in self.policy["Statement"]]
        errors = []
        for version in Delete["Objects"]:
            if version["VersionId"] in self.locked:
                errors.append({**version, "Code": "AccessDenied", "Message": "locked"})
            else:
                (self.held if version in self.held else self.markers).remove(version)
        return {"Errors": errors} if errors else {}


def run(bucket: Bucket, request_type: str, *, milliseconds_left: int = 900_000) -> dict[str, Any]:
    answers: list[dict[str, Any]] = []
    handle(
        {
            "RequestType": request_type,
            "StackId": "stack",
            "RequestId": "request",
            "LogicalResourceId": "Emptying",
            "ResponseURL": "https://answer.example",
            "ResourceProperties": {"BucketName": BUCKET},
        },
        s3=bucket,
        milliseconds_left=lambda: milliseconds_left,
        respond=lambda _url, answer: answers.append(answer),
    )
    (answer,) = answers
    return answer


def test_every_version_and_marker_is_deleted_on_whatever_page_it_stands() -> None:
    bucket = Bucket(versions=2 * PAGE + 1, markers=1)

    answer = run(bucket, "Delete")

    assert (answer["Status"], bucket.held, bucket.markers) == ("SUCCESS", [], [])


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_nothing_goes_before_the_bucket_does(request_type: str) -> None:
    bucket = Bucket(versions=1)

    answer = run(bucket, request_type)

    assert answer["Status"] == "SUCCESS"
    assert answer["PhysicalResourceId"] == BUCKET  # another bucket: the former one is emptied
    assert len(bucket.held) == 1


@pytest.mark.parametrize("tags", ["NoSuchTagSet", "AccessDenied", [{"Key": "of", "Value": "us"}]])
def test_a_bucket_that_is_to_be_kept_keeps_everything(tags: list[dict[str, str]] | str) -> None:
    bucket = Bucket(versions=1)
    bucket.tags = tags

    assert run(bucket, "Delete")["Status"] == "SUCCESS"
    assert len(bucket.held) == 1
    assert bucket.policy == {"Version": "2012-10-17", "Statement": [TLS_ONLY]}


@pytest.mark.parametrize("policy", [None, {"Version": "2012-10-17", "Statement": [TLS_ONLY]}])
def test_nothing_new_can_come_while_it_is_emptied(policy: dict[str, Any] | None) -> None:
    bucket = Bucket(versions=1)
    bucket.policy = policy

    run(bucket, "Delete")
    run(bucket, "Delete")  # once more, as CloudFormation may

    assert bucket.policy is not None
    *others, refusal = bucket.policy["Statement"]
    assert others == (policy["Statement"] if policy else [])
    assert refusal["Effect"] == "Deny"
    assert refusal["Action"] == "s3:PutObject"
    assert refusal["Resource"] == f"arn:aws:s3:::{BUCKET}/*"


def test_a_bucket_of_which_nothing_can_be_learnt_is_told() -> None:
    bucket = Bucket(versions=1)
    bucket.tags = "SlowDown"

    assert run(bucket, "Delete")["Status"] == "FAILED"
    assert len(bucket.held) == 1


def test_what_s3_does_not_delete_is_told() -> None:
    bucket = Bucket(versions=2)
    bucket.locked = {"v1"}

    answer = run(bucket, "Delete")

    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == "NotEmptyError: documents/a.pdf cannot be deleted: locked"


def test_what_there_is_no_time_for_goes_when_the_stack_is_deleted_again() -> None:
    bucket = Bucket(versions=2 * PAGE)

    answer = run(bucket, "Delete", milliseconds_left=1_000)

    assert answer["Status"] == "FAILED"
    assert answer["Reason"].endswith("delete the stack again to go on")
    assert len(bucket.held) == PAGE

    assert run(bucket, "Delete")["Status"] == "SUCCESS"
    assert bucket.held == []
