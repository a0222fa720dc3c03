"""The rejects of imports in a private S3 bucket: `rejects/<userId>/<importId>.csv`."""

import os
from typing import TYPE_CHECKING, Self

import boto3
from botocore.config import Config

from blockwork.runtime.aws import PATIENCE

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

URL_SECONDS = 300
# Presigned addresses need both: version 4, which newer regions and KMS keys ask for, and the style
# that makes botocore name the bucket's region in them instead of a host that redirects there.
SIGNED = PATIENCE.merge(Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))


def rejects_key(user_id: str, import_id: str) -> str:
    """Return the key of the whole file of rejects."""
    return f"rejects/{user_id}/{import_id}.csv"


class RejectFiles:
    """The port `Rejects` on S3.

    :param client: an S3 client.
    :param bucket: its name.
    """

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the bucket which the variable FILES_BUCKET names."""
        return cls(boto3.client("s3", config=SIGNED), os.environ["FILES_BUCKET"])

    def url(self, user_id: str, import_id: str) -> str:
        """Return a presigned address; no request is made for it."""
        return self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": rejects_key(user_id, import_id),
                "ResponseContentDisposition": 'attachment; filename="rejects.csv"',
                "ResponseCacheControl": "no-store",
            },
            ExpiresIn=URL_SECONDS,
        )
