"""The vouchers' PDFs in a private S3 bucket: `<userId>/<voucherId>.pdf`."""

import os
from typing import TYPE_CHECKING, Self

import boto3
from botocore.config import Config

from blockwork.runtime.aws import PATIENCE

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PDF = "application/pdf"
URL_SECONDS = 300
# Presigned addresses need both: version 4, which newer regions and KMS keys ask for, and the style
# that makes botocore name the bucket's region in them instead of a host that redirects there.
SIGNED = PATIENCE.merge(Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))


class DocumentBucket:
    """The port `Documents` on S3.

    :param client: an S3 client.
    :param name: the bucket's name.
    """

    def __init__(self, client: "S3Client", name: str) -> None:
        self._client = client
        self._name = name

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the bucket which the variable DOCUMENTS_BUCKET names."""
        return cls(boto3.client("s3", config=SIGNED), os.environ["DOCUMENTS_BUCKET"])

    def put(self, user_id: str, voucher_id: str, pdf: bytes) -> None:
        """Keep a document."""
        self._client.put_object(
            Bucket=self._name, Key=_key(user_id, voucher_id), Body=pdf, ContentType=PDF
        )

    def get(self, user_id: str, voucher_id: str) -> bytes:
        """Return a document."""
        answer = self._client.get_object(Bucket=self._name, Key=_key(user_id, voucher_id))
        return answer["Body"].read()

    def url(self, user_id: str, voucher_id: str) -> str:
        """Return a presigned address; no request is made for it."""
        return self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._name,
                "Key": _key(user_id, voucher_id),
                "ResponseContentDisposition": 'inline; filename="voucher.pdf"',
                "ResponseCacheControl": "no-store",
            },
            ExpiresIn=URL_SECONDS,
        )


def read_key(key: str) -> tuple[str, str]:
    """Return user id and voucher id of a document's key.

    :raises ValueError: if it is not the key of a document.
    """
    user_id, slash, file = key.partition("/")
    voucher_id = file.removesuffix(".pdf")
    if not (user_id and slash and voucher_id) or voucher_id == file or "/" in file:
        raise ValueError(f"key must be <userId>/<voucherId>.pdf, got {key!r}")
    return user_id, voucher_id


def _key(user_id: str, voucher_id: str) -> str:
    return f"{user_id}/{voucher_id}.pdf"
