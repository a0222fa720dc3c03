"""CloudFormation custom resource: copy a built web app into a site's bucket."""

import io
import json
import logging
import mimetypes
import urllib.request
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3

PAGE = "index.html"
CONFIG = "config.json"
PARALLEL_UPLOADS = 8
NAMED_BY_CONTENT = "assets/"
KEPT_FOR_EVER = "public, max-age=31536000, immutable"
ASKED_FOR_ANEW = "no-cache"
NEVER_STORED = "no-store"
UNKNOWN_TYPE = "application/octet-stream"

logger = logging.getLogger()


def publish(s3: Any, properties: dict[str, str]) -> None:  # noqa: ANN401
    """Upload every file, its page last: nobody gets a page whose files are not there yet.

    Files of earlier releases stay, because open tabs still ask for them.
    """
    source = s3.get_object(Bucket=properties["SourceBucket"], Key=properties["SourceKey"])
    bucket = properties["DestinationBucket"]
    with zipfile.ZipFile(io.BytesIO(source["Body"].read())) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name[-1] != "/"}
    page = files.pop(PAGE)
    files[CONFIG] = properties["Config"].encode()

    def upload(name: str, content: bytes) -> None:
        s3.put_object(
            Bucket=bucket,
            Key=name,
            Body=content,
            ContentType=mimetypes.guess_type(name)[0] or UNKNOWN_TYPE,
            CacheControl=cache_control(name),
        )

    with ThreadPoolExecutor(PARALLEL_UPLOADS) as pool:
        list(pool.map(upload, files.keys(), files.values()))
    upload(PAGE, page)
    logger.info("published %d files to %s", len(files) + 1, bucket)


def cache_control(name: str) -> str:
    """Return how long a browser may keep a file (RFC 9111)."""
    if name == CONFIG:
        return NEVER_STORED
    return KEPT_FOR_EVER if name.startswith(NAMED_BY_CONTENT) else ASKED_FOR_ANEW


def empty(s3: Any, properties: dict[str, str]) -> None:  # noqa: ANN401
    """Delete every file, so that CloudFormation can delete the bucket."""
    bucket = properties["DestinationBucket"]
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        keys = [{"Key": item["Key"]} for item in page.get("Contents", [])]
        if keys:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})


def respond(url: str, answer: dict[str, Any]) -> None:
    """Tell CloudFormation how it went; without an answer it waits for an hour."""
    body = json.dumps(answer).encode()
    request = urllib.request.Request(url, body, {"Content-Type": ""}, method="PUT")
    with urllib.request.urlopen(request, timeout=30):
        pass


def handle(
    event: dict[str, Any],
    *,
    s3: Any,  # noqa: ANN401
    respond: Callable[[str, dict[str, Any]], None],
) -> None:
    """Do what CloudFormation asks for, and answer whatever happens."""
    properties = event["ResourceProperties"]
    answer = {
        "Status": "SUCCESS",
        "PhysicalResourceId": event.get("PhysicalResourceId") or event["LogicalResourceId"],
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }
    try:
        if event["RequestType"] != "Delete":
            publish(s3, properties)
        elif properties["EmptyOnDelete"] == "true":
            empty(s3, properties)
    except Exception as error:  # an unanswered request would block the stack for an hour
        logger.exception("cannot %s the release", event["RequestType"].lower())
        answer |= {"Status": "FAILED", "Reason": f"{type(error).__name__}: {error}"}
    respond(event["ResponseURL"], answer)


def handler(event: dict[str, Any], _context: object) -> None:
    """Lambda entry point."""
    handle(event, s3=boto3.client("s3"), respond=respond)
