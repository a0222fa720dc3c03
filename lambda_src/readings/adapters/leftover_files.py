"""All files of imports, for who puts the rejects together and takes the rest away."""

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Self

import boto3

from readings.adapters.import_files import CSV
from readings.adapters.reject_files import rejects_key
from readings.adapters.stored_objects import COPYING, read, write
from readings.domain.files import upload_key
from readings.domain.planning import Standing

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class LeftoverFiles:
    """The ports `Leftovers` and `OwnFiles` on S3.

    :param client: an S3 client with patience.
    :param bucket: the name of the bucket that only functions write.
    :param uploads: the name of the bucket that users put files into.
    """

    def __init__(self, client: "S3Client", bucket: str, uploads: str) -> None:
        self._client = client
        self._bucket = bucket
        self._uploads = uploads

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the buckets which FILES_BUCKET and UPLOADS_BUCKET name."""
        return cls(
            boto3.client("s3", config=COPYING),
            os.environ["FILES_BUCKET"],
            os.environ["UPLOADS_BUCKET"],
        )

    def part(self, name: str) -> bytes:
        """Read a part."""
        return b"".join(read(self._client, self._bucket, name))

    def write_rejects(self, standing: Standing, content: Iterator[bytes]) -> None:
        """Write the whole file."""
        key = rejects_key(standing.user_id, standing.import_id)
        write(self._client, self._bucket, key, content, content_type=CSV)

    def clean(self, standing: Standing, parts: Sequence[str]) -> None:
        """Delete one by one: deleting in batches has no address of its own to grant."""
        for key in (*parts, *([standing.plan.file] if standing.plan else ())):
            self._client.delete_object(Bucket=self._bucket, Key=key)
        key = upload_key(standing.user_id, standing.import_id)
        self._client.delete_object(Bucket=self._uploads, Key=key)

    def remove(self, user_id: str, import_id: str, keys: Sequence[str]) -> None:
        """Delete one by one, as above."""
        for key in (*keys, rejects_key(user_id, import_id)):
            self._client.delete_object(Bucket=self._bucket, Key=key)
        self._client.delete_object(Bucket=self._uploads, Key=upload_key(user_id, import_id))
