"""CloudFormation custom resource: empty a bucket that is about to be deleted."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import boto3
from botocore.exceptions import ClientError

from .answer import Respond, answer, respond

TAG = "emptied-with-its-stack"
"""A bucket that has lost it is to be kept: the template says so since the last deployment."""
KEPT = ("AccessDenied", "NoSuchBucket", "NoSuchTagSet")
"""What S3 says of the tags of a bucket that is to be kept: leave to read them goes with them."""
TIME_TO_ANSWER = 15_000
"""Milliseconds that are left for the answer."""

logger = logging.getLogger()


class NotEmptyError(Exception):
    """Something is still in the bucket; the message says what to do about it."""


def empty(s3: Any, bucket: str, *, milliseconds_left: Callable[[], int]) -> None:  # noqa: ANN401
    """Delete every version of every object, and let nothing new come.

    :raises NotEmptyError: if there is too much for one invocation, or S3 refuses an object.
    """
    if not _is_to_go(s3, bucket):
        logger.info("%s is kept, and so is what it holds", bucket)
        return
    _refuse_writes(s3, bucket)
    deleted = 0
    for batch in _versions(s3, bucket):
        answered = s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
        for error in answered.get("Errors", []):
            raise NotEmptyError(
                f"{bucket}/{error.get('Key')} cannot be deleted: {error.get('Message')}"
            )
        deleted += len(batch)
        if milliseconds_left() < TIME_TO_ANSWER:
            raise NotEmptyError(
                f"{bucket} is not empty after {deleted} deletions, all there was time for:"
                " delete the stack again to go on"
            )
    logger.info("deleted %d versions and markers of %s", deleted, bucket)


def _is_to_go(s3: Any, bucket: str) -> bool:  # noqa: ANN401
    try:
        tags = s3.get_bucket_tagging(Bucket=bucket)["TagSet"]
    except ClientError as error:
        if error.response["Error"]["Code"] in KEPT:
            return False
        raise
    return any(tag["Key"] == TAG for tag in tags)


def _refuse_writes(s3: Any, bucket: str) -> None:  # noqa: ANN401
    """Forbid everybody to put objects: what comes in between would block the deletion."""
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        policy = {"Version": "2012-10-17", "Statement": []}
    refusal = {
        "Sid": "AboutToBeDeleted",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:{s3.meta.partition}:s3:::{bucket}/*",
    }
    others = [one for one in policy["Statement"] if one.get("Sid") != refusal["Sid"]]
    written = json.dumps({**policy, "Statement": [*others, refusal]})
    s3.put_bucket_policy(Bucket=bucket, Policy=written)


def _versions(s3: Any, bucket: str) -> Iterator[list[dict[str, str]]]:  # noqa: ANN401
    """Yield versions and delete markers, as many as one request takes (S3: 1,000)."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if found:
            yield [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]


def handle(
    event: dict[str, Any],
    *,
    s3: Any,  # noqa: ANN401
    milliseconds_left: Callable[[], int],
    respond: Respond,
) -> None:
    """Empty the bucket when its resource is deleted; there is nothing to do before."""
    bucket = event["ResourceProperties"]["BucketName"]

    def do() -> None:
        if event["RequestType"] == "Delete":
            empty(s3, bucket, milliseconds_left=milliseconds_left)

    answer(event, do, name=bucket, respond=respond)


def handler(event: dict[str, Any], context: Any) -> None:  # noqa: ANN401
    """Lambda entry point."""
    left = context.get_remaining_time_in_millis
    handle(event, s3=boto3.client("s3"), milliseconds_left=left, respond=respond)
