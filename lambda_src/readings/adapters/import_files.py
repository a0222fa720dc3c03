"""The files of imports in the bucket that only functions write.

`copies/<userId>/<importId>/<which upload>` is what is read, `parts/<userId>/<importId>/…` are
rejects while ranges are worked on, `rejects/<userId>/<importId>.csv` is all of them at the end.
"""

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Self
from uuid import uuid4

import boto3

from readings.adapters.stored_objects import COPYING, read, span
from readings.domain.checking import Reject
from readings.domain.csv_file import Range
from readings.domain.planning import Standing
from readings.domain.rejects import part_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CSV = "text/csv; charset=utf-8"
COPIES, PARTS, REJECTS = "copies/", "parts/", "rejects/"
"""What the keys of each kind begin with; the stack says so, too."""


def copy_key(user_id: str, import_id: str, which: str) -> str:
    """Return the key of a copy, of one of the uploads that an import may have had."""
    return f"{COPIES}{user_id}/{import_id}/{which}"


class ImportFile:
    """The ports `Source` and `Rejects` for one import.

    :param client: an S3 client.
    :param bucket: the name of the bucket of files.
    :param standing: of an import that was planned.
    """

    def __init__(self, client: "S3Client", bucket: str, standing: Standing, file: str) -> None:
        self._client = client
        self._bucket = bucket
        self._standing = standing
        self._file = file

    def blocks(self, start: int, end: int) -> Iterator[bytes]:
        """Read a part of the copy."""
        return read(self._client, self._bucket, self._file, Range=span(start, end))

    def write(self, range_: Range, rejects: Sequence[Reject]) -> str:
        """Write a part under a key of its own."""
        owner, import_id = self._standing.user_id, self._standing.import_id
        key = f"{PARTS}{owner}/{import_id}/{range_.number:05}-{uuid4().hex}.csv"
        self._client.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=part_of(rejects),
            ContentType=CSV,
        )
        return key


class ImportFiles:
    """Finds what imports read and write.

    :param client: an S3 client with patience.
    :param bucket: the name of the bucket of files.
    """

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the bucket which FILES_BUCKET names."""
        return cls(boto3.client("s3", config=COPYING), os.environ["FILES_BUCKET"])

    def of(self, standing: Standing, file: str) -> ImportFile:
        """Return what one import reads and writes."""
        return ImportFile(self._client, self._bucket, standing, file)
