"""CloudFormation custom resource: copy a built web app into a site's bucket."""

import io
import logging
import mimetypes
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3

from .answer import Respond, answer, respond

PAGE = ".html"
CONFIG = "config.json"
PARALLEL_UPLOADS = 8
NAMED_BY_CONTENT = "assets/"
KEPT_FOR_EVER = "public, max-age=31536000, immutable"
ASKED_FOR_ANEW = "no-cache"
NEVER_STORED = "no-store"
UNKNOWN_TYPE = "application/octet-stream"

logger = logging.getLogger()


def publish(s3: Any, properties: dict[str, str]) -> None:  # noqa: ANN401
    """Upload every file, pages last: nobody gets a page whose files are not there yet.

    Files of earlier releases stay, because open tabs still ask for them.
    """
    source = s3.get_object(Bucket=properties["SourceBucket"], Key=properties["SourceKey"])
    bucket = properties["DestinationBucket"]
    with zipfile.ZipFile(io.BytesIO(source["Body"].read())) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name[-1] != "/"}
    files[CONFIG] = properties["Config"].encode()
    pages = {name: files.pop(name) for name in sorted(files) if name.endswith(PAGE)}

    def upload(name: str, content: bytes) -> None:
        s3.put_object(
            Bucket=bucket,
            Key=name,
            Body=content,
            ContentType=mimetypes.guess_type(name)[0] or UNKNOWN_TYPE,
            CacheControl=cache_control(name),
        )

    with ThreadPoolExecutor(PARALLEL_UPLOADS) as pool:
        for part in (files, pages):
            list(pool.map(upload, part.keys(), part.values()))
    logger.info("published %d files to %s", len(files) + len(pages), bucket)


def cache_control(name: str) -> str:
    """Return how long a browser may keep a file (RFC 9111)."""
    if name == CONFIG:
        return NEVER_STORED
    return KEPT_FOR_EVER if name.startswith(NAMED_BY_CONTENT) else ASKED_FOR_ANEW


def handle(event: dict[str, Any], *, s3: Any, respond: Respond) -> None:  # noqa: ANN401
    """Publish what a release brings; one that goes leaves its files, as open tabs ask for them."""

    def do() -> None:
        if event["RequestType"] != "Delete":
            publish(s3, event["ResourceProperties"])

    name = event.get("PhysicalResourceId") or event["LogicalResourceId"]
    answer(event, do, name=name, respond=respond)


def handler(event: dict[str, Any], _context: object) -> None:
    """Lambda entry point."""
    handle(event, s3=boto3.client("s3"), respond=respond)
