"""An upload in the bucket of uploads, and its copy in the bucket of files, both on S3."""

import os
from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Self

import boto3
from botocore.exceptions import ClientError

from readings.adapters.import_files import copy_key
from readings.adapters.stored_objects import COPYING, read, span, write
from readings.domain.files import upload_key
from readings.domain.planning import ReplacedError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CSV = "text/csv"
REPLACED = {"PreconditionFailed", "412"}


class UploadedFiles:
    """Finds uploads.

    :param client: an S3 client with patience.
    :param uploads: the name of the bucket that users put files into.
    :param files: the name of the bucket that only functions write.
    """

    def __init__(self, client: "S3Client", uploads: str, files: str) -> None:
        self._client = client
        self._uploads = uploads
        self._files = files

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the buckets which UPLOADS_BUCKET and FILES_BUCKET name."""
        return cls(
            boto3.client("s3", config=COPYING),
            os.environ["UPLOADS_BUCKET"],
            os.environ["FILES_BUCKET"],
        )

    def of(self, user_id: str, import_id: str, *, etag: str) -> "UploadedFile":
        """Return an import's upload as it has arrived."""
        return UploadedFile(
            self._client,
            (self._uploads, upload_key(user_id, import_id)),
            (self._files, copy_key(user_id, import_id, sha256(etag.encode()).hexdigest()[:16])),
            etag,
        )


class UploadedFile:
    """The port `Upload` on S3.

    :param source: bucket and key of the upload.
    :param target: bucket and key of its copy, which no other upload has.
    :param etag: of the upload when it arrived; empty where that was not told.
    """

    def __init__(
        self, client: "S3Client", source: tuple[str, str], target: tuple[str, str], etag: str
    ) -> None:
        self._client = client
        self._source = source
        self._target = target
        self._same = {"IfMatch": etag} if etag else {}
        self._same_source = {"CopySourceIfMatch": etag} if etag else {}

    def head(self, size: int) -> bytes:
        """Read the first bytes."""
        bucket, key = self._source
        return b"".join(self._read(bucket, key, Range=span(0, size), **self._same))

    def blocks(self) -> Iterator[bytes]:
        """Read all of it."""
        return self._read(*self._source, **self._same)

    def copy(self) -> tuple[str, int]:
        """Let S3 copy it, without its tags."""
        source, target = self._source, self._target
        try:
            self._client.copy_object(
                CopySource={"Bucket": source[0], "Key": source[1]},
                Bucket=target[0],
                Key=target[1],
                TaggingDirective="REPLACE",
                **self._same_source,  # type: ignore[arg-type]
            )
        except ClientError as error:
            raise _told(error) from error
        answer = self._client.get_object(Bucket=target[0], Key=target[1], Range=span(0, 1))
        answer["Body"].close()
        return target[1], int(answer["ContentRange"].rpartition("/")[2])

    def keep(self, content: Iterator[bytes]) -> tuple[str, int]:
        """Write it in parts."""
        bucket, key = self._target
        return key, write(self._client, bucket, key, content, content_type=CSV)

    def head_of(self, key: str, size: int) -> bytes:
        """Read the first bytes of what was kept, of which there may be none."""
        blocks = read(self._client, self._target[0], key)
        head = b""
        for block in blocks:
            head += block
            if len(head) >= size:
                break
        blocks.close()  # type: ignore[attr-defined]
        return head[:size]

    def remove(self) -> None:
        """Delete it, whichever is there by now."""
        bucket, key = self._source
        self._client.delete_object(Bucket=bucket, Key=key)

    def _read(self, bucket: str, key: str, **more: str) -> Iterator[bytes]:
        try:
            yield from read(self._client, bucket, key, **more)
        except ClientError as error:
            raise _told(error) from error


def _told(error: ClientError) -> Exception:
    is_replaced = error.response.get("Error", {}).get("Code") in REPLACED
    return ReplacedError(str(error)) if is_replaced else error
