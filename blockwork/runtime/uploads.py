"""Uploads straight to storage: what a browser may post; `arrivals` has what has arrived."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import boto3
from botocore.config import Config

from blockwork.runtime.arrivals import Arrival, arrival_of
from blockwork.runtime.aws import PATIENCE

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["Arrival", "UploadOffer", "UploadOffers", "UploadRefusedError", "arrival_of"]

# The address of the bucket's own region: the global one redirects a new bucket's first uploads,
# which no browser follows across origins (Amazon S3, "Request redirection").
REGIONAL = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
NAME = re.compile(r"[\w!.*'()-]+(?:/[\w!.*'()-]+)*", re.ASCII)
LONGEST_KEY = 1024
"""Bytes (Amazon S3 user guide, "Naming objects")."""


class UploadRefusedError(ValueError):
    """The upload that somebody asked for is not one of those that are taken; the text says why."""


@dataclass(frozen=True, kw_only=True)
class UploadOffer:
    """What a page posts a file to, as `multipart/form-data`: the fields first, then `file`."""

    key: str
    url: str
    fields: Mapping[str, str]


class UploadOffers:
    """Offers single uploads to a bucket; an `UploadBucket` block makes it.

    S3 refuses what is posted otherwise than offered: more bytes, another type, another key, later::

        offers = UploadOffers.from_environment()
        offer = offers.make(f"{customer}/{import_id}.csv", size=body.size, content_type="text/csv")

    :param client: an S3 client that signs by `s3v4`, for the region's own address.
    :param bucket: its name.
    :param prefix: what all keys begin with.
    :param largest: bytes that a file may have.
    :param content_types: what a file may say that it is.
    :param seconds: how long an offer is good.
    """

    def __init__(
        self,
        client: "S3Client",
        bucket: str,
        *,
        prefix: str,
        largest: int,
        content_types: Sequence[str],
        seconds: int,
    ) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        self._seconds = seconds
        self.largest = largest
        self.content_types = tuple(content_types)

    @classmethod
    def from_environment(cls) -> Self:
        """Take bucket and bounds as the block has told them (UPLOADS_BUCKET, UPLOADS_RULES)."""
        rules = json.loads(os.environ["UPLOADS_RULES"])
        return cls(
            boto3.client("s3", config=PATIENCE.merge(REGIONAL)),
            os.environ["UPLOADS_BUCKET"],
            prefix=rules["prefix"],
            largest=rules["largest"],
            content_types=rules["contentTypes"],
            seconds=rules["seconds"],
        )

    def make(self, name: str, /, *, size: int, content_type: str) -> UploadOffer:
        """Offer one upload, without asking AWS.

        :param name: the key behind the prefix; made by you, never what somebody calls a file.
        :param size: bytes that the file has, which is the most that will be taken.
        :param content_type: what it is.
        :raises UploadRefusedError: if it is larger or of another type than files may be.
        :raises ValueError: if the name is none that is safe everywhere.
        """
        if not 1 <= size <= self.largest:
            raise UploadRefusedError(
                f"size must be between 1 and {self.largest:,} bytes, got {size:,}"
            )
        if content_type not in self.content_types:
            allowed = ", ".join(self.content_types)
            raise UploadRefusedError(f"content type must be one of {allowed}, got {content_type!r}")
        key = f"{self._prefix}{name}"
        if not NAME.fullmatch(name) or ".." in name or len(key) > LONGEST_KEY:
            raise ValueError(
                "name must be of ASCII's letters, digits and -_.!*'() between slashes, without two "
                f"dots in a row, {LONGEST_KEY:,} at most with {self._prefix}, got {name!r}"
            )
        posted = self._client.generate_presigned_post(
            self._bucket,
            key,
            Fields={"Content-Type": content_type},
            Conditions=[{"Content-Type": content_type}, ["content-length-range", 1, size]],
            ExpiresIn=self._seconds,
        )
        return UploadOffer(key=key, url=posted["url"], fields=posted["fields"])
