"""Files that have arrived in an `UploadBucket`: what S3, or who has scanned them, tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A file that has arrived. `size` is None where a scan has told, which does not say it."""

    bucket: str
    key: str
    etag: str
    size: int | None


def arrival_of(event: Mapping[str, Any]) -> Arrival:
    """Return what an event of S3 or of GuardDuty's scan says has arrived.

    :param event: as EventBridge hands it over.
    :raises ValueError: if it is another one.
    """
    detail = event.get("detail", {})
    if event.get("source") == "aws.s3" and event.get("detail-type") == "Object Created":
        stored = detail["object"]
        return Arrival(
            bucket=detail["bucket"]["name"],
            key=stored["key"],
            etag=stored.get("etag", ""),
            size=stored.get("size"),
        )
    if event.get("source") == "aws.guardduty" and "s3ObjectDetails" in detail:
        scanned = detail["s3ObjectDetails"]
        return Arrival(
            bucket=scanned["bucketName"],
            key=scanned["objectKey"],
            etag=scanned.get("eTag", ""),
            size=None,
        )
    raise ValueError(
        "event must be S3's 'Object Created' or GuardDuty's result of a scan, got "
        f"{event.get('source')!r}, {event.get('detail-type')!r}"
    )
