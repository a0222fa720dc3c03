"""A bucket's tags are the template's.

AWS gives a bucket the `Tags` of its template, and takes away those that a later one leaves out.
Stock drops them, though its API knows tags. Closed by setting them once the bucket is made or
changed.
"""

from ministack.services import s3

from blockwork.local.emulator.gaps._hooks import Properties, after_provisioning


def close() -> None:
    """Set the tags."""
    after_provisioning("AWS::S3::Bucket", _set, on=("create", "update"))


def _set(bucket: str, properties: Properties) -> None:
    tags = {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or []}
    if tags:
        s3._bucket_tags[bucket] = tags
    else:
        s3._bucket_tags.pop(bucket, None)
