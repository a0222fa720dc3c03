"""Where browsers put files straight into storage, within bounds that storage itself keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_cdk import Duration, RemovalPolicy, Token
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs_lib.asked_once import made_in, path_of
from constructs_lib.blocks.event_consumer import EventConsumer
from constructs_lib.blocks.failure_chain import FailureChain
from constructs_lib.blocks.idempotency_table import IdempotencyTable
from constructs_lib.blocks.last_failures import ONE_HOUR
from constructs_lib.interfaces import AnyFunction
from constructs_lib.primitives import Bucket
from constructs_lib.primitives.l2_options import (
    refuse_outside,
    refuse_time_outside,
    whole_seconds_of,
)
from constructs_lib.primitives.storage_options import BucketOptions
from constructs_lib.telling import tell

if TYPE_CHECKING:
    # Loaded where there is a state machine only: it takes its time.
    from aws_cdk import aws_stepfunctions as sfn

FIFTEEN_MINUTES = Duration.minutes(15)
ONE_WEEK = Duration.days(7)
LARGEST_POST = 5 * 1024**3
"""Bytes (Amazon S3 user guide, "Uploading objects": 5 GB in a single operation)."""
DAY = 86_400
LONGEST_OFFER, LONGEST_KEPT = 3600, 3650 * DAY
CONTENT_TYPE = re.compile(r"[a-z0-9][\w.+-]*/[\w.+-]+", re.IGNORECASE)
ORIGIN = re.compile(r"https://[^/*\s]+|http://(?:localhost|127\.0\.0\.1)(?::\d+)?")
PREFIX = re.compile(r"(?:[\w.=-]+/)+")


@dataclass(frozen=True, kw_only=True)
class ObjectScan:
    """What looks at each object before anybody reads it, such as a virus scanner.

    :param source: of the event by which it says that it has looked, such as `aws.guardduty`.
    :param detail_type: of the same.
    :param verdict: what its detail holds where the object may be read, as a pattern.
    :param bucket: the fields of its detail that lead to the bucket's name.
    :param key: the fields that lead to the object's key.
    :param tag: name and value of the tag that it gives an object that may be read.
    """

    source: str
    detail_type: str
    verdict: Mapping[str, Any]
    bucket: tuple[str, ...]
    key: tuple[str, ...]
    tag: tuple[str, str]


GUARD_DUTY = ObjectScan(
    source="aws.guardduty",
    detail_type="GuardDuty Malware Protection Object Scan Result",
    verdict={"scanResultDetails": {"scanResultStatus": ["NO_THREATS_FOUND"]}},
    bucket=("s3ObjectDetails", "bucketName"),
    key=("s3ObjectDetails", "objectKey"),
    tag=("GuardDutyMalwareScanStatus", "NO_THREATS_FOUND"),
)
"""GuardDuty's Malware Protection for S3, with the tagging of objects enabled in its plan."""


class UploadBucket(Construct):
    """A bucket that strangers may put one file into each, as it was offered, and nothing else.

    A handler offers an upload, as a form that the browser posts straight to S3: of this size at
    most, of this type, under this key, for a few minutes. S3 refuses what is not so. The file's
    arrival is an event::

        uploads = UploadBucket(
            self, "Uploads", origins=[site.url], largest=20 * 1024**2, content_types=["text/csv"]
        )
        uploads.let_offer(create_import)
        uploads.subscribe(self, "OnUpload", function=read_import, failures=failures)
        uploads.let_read(read_import)

    `blockwork.runtime.uploads` has both sides: `UploadOffers` makes the forms, `arrival_of` reads
    the event.

    :param origins: the websites whose pages may upload, such as `https://shop.example`.
    :param largest: bytes that a file may have, 1 to 5 GiB.
    :param content_types: what a file may say that it is, such as `text/csv`.
    :param prefix: what all keys begin with. Default: `uploads/`.
    :param offer_for: how long a form is good, 1 minute to 1 hour; the upload must have begun by
        then. Default: 15 minutes.
    :param keep: after how many whole days a file goes, whether anybody has read it or not.
        Default: 7.
    :param scan: what looks at each file before it counts as arrived and can be read, such as
        `GUARD_DUTY`; its own set-up is yours. Default: nothing looks.
    :param encryption_key: Default: S3 encrypts with its own key.
    :param removal_policy: see :class:`Bucket`.
    :raises ValueError: if a bound is not one that S3 could keep.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        origins: Sequence[str],
        largest: int,
        content_types: Sequence[str],
        prefix: str = "uploads/",
        offer_for: Duration = FIFTEEN_MINUTES,
        keep: Duration = ONE_WEEK,
        scan: ObjectScan | None = None,
        encryption_key: kms.IKey | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        super().__init__(scope, id_)
        made_in(scope, id_, self)
        at = path_of(self)
        _check_each("origins", origins, ORIGIN, "an origin such as https://shop.example", at)
        _check_each("content_types", content_types, CONTENT_TYPE, "a type such as text/csv", at)
        _check_each("prefix", [prefix], PREFIX, "folders such as uploads/", at)
        refuse_outside("largest", largest, 1, LARGEST_POST, "bytes", at)
        refuse_time_outside("offer_for", offer_for, 60, LONGEST_OFFER, at)
        refuse_time_outside("keep", keep, DAY, LONGEST_KEPT, at)
        if not keep.is_unresolved() and keep.to_seconds() % DAY:
            raise ValueError(
                f"keep must be whole days, which is how S3 counts, got {keep.to_human_string()} "
                f"(at {at})"
            )
        self._prefix = prefix
        self._scan = scan
        self._rules = {
            "prefix": prefix,
            "largest": largest,
            "contentTypes": list(content_types),
            "seconds": whole_seconds_of(offer_for),
        }
        options: BucketOptions = {
            "cors": [
                s3.CorsRule(
                    allowed_methods=[s3.HttpMethods.POST],
                    allowed_origins=list(origins),
                    allowed_headers=["*"],
                )
            ]
        }
        if encryption_key is not None:
            options["encryption_key"] = encryption_key
        self.bucket = Bucket(
            self,
            "Bucket",
            notifies_event_bus=True,
            lifecycle_rules=[s3.LifecycleRule(prefix=prefix, expiration=keep)],
            removal_policy=removal_policy,
            **options,
        )

    def let_offer(self, function: AnyFunction, /) -> iam.Grant:
        """Let a function offer uploads (`UploadOffers.from_environment`).

        It finds the bucket's name in UPLOADS_BUCKET, the bounds in UPLOADS_RULES. S3 takes what is
        posted for what the function itself would put, so it may put objects, under the prefix.

        :raises ValueError: if the function cannot be told.
        """
        at = path_of(self)
        tell(function, "UPLOADS_RULES", json.dumps(self._rules, sort_keys=True), at=at)
        tell(function, "UPLOADS_BUCKET", self.bucket.bucket_name, at=at)
        return self.bucket.grant_objects(function, "s3:PutObject", keys=f"{self._prefix}*")

    def grant_read(self, grantee: iam.IGrantable, /) -> iam.Grant:
        """Allow to read files; where there is a scan, those alone that it has found good."""
        grant = self.bucket.grant_objects(grantee, "s3:GetObject", keys=f"{self._prefix}*")
        if self._scan is not None and grant.principal_statement is not None:
            name, value = self._scan.tag
            grant.principal_statement.add_condition(
                "StringEquals", {f"s3:ExistingObjectTag/{name}": value}
            )
        return grant

    def let_read(self, function: AnyFunction, /) -> iam.Grant:
        """Tell a function the bucket's name (UPLOADS_BUCKET), and allow it what `grant_read` does.

        :raises ValueError: if the function cannot be told.
        """
        tell(function, "UPLOADS_BUCKET", self.bucket.bucket_name, at=path_of(self))
        return self.grant_read(function)

    def let_delete(self, function: AnyFunction, /) -> iam.Grant:
        """Tell a function the bucket's name (UPLOADS_BUCKET), and let it delete files.

        :raises ValueError: if the function cannot be told.
        """
        tell(function, "UPLOADS_BUCKET", self.bucket.bucket_name, at=path_of(self))
        return self.bucket.grant_objects(function, "s3:DeleteObject", keys=f"{self._prefix}*")

    def subscribe(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        function: AnyFunction | None = None,
        state_machine: sfn.IStateMachine | None = None,
        queue: sqs.IQueue | None = None,
        failures: FailureChain,
        once: IdempotencyTable | None = None,
        retry_attempts: int | None = None,
        max_event_age: Duration = ONE_HOUR,
        dead_letters_elsewhere: bool = False,
    ) -> EventConsumer:
        """Let a function, a state machine or a queue have each file's arrival.

        :class:`EventConsumer` documents the arguments. Where there is a scan, a file has arrived
        when it was found good.

        :raises ValueError: as `EventConsumer`.
        """
        default = events.EventBus.from_event_bus_name(scope, f"{id_}Source", "default")
        return EventConsumer(
            scope,
            id_,
            bus=default,
            pattern=self._arrival(),
            function=function,
            state_machine=state_machine,
            queue=queue,
            failures=failures,
            once=once,
            retry_attempts=retry_attempts,
            max_event_age=max_event_age,
            dead_letters_elsewhere=dead_letters_elsewhere,
        )

    def _arrival(self) -> events.EventPattern:
        scan = self._scan
        bucket, key = (scan.bucket, scan.key) if scan else (("bucket", "name"), ("object", "key"))
        detail = _merged(
            _at(bucket, [self.bucket.bucket_name]),
            _at(key, [{"prefix": self._prefix}]),
            scan.verdict if scan else {},
        )
        return events.EventPattern(
            source=[scan.source if scan else "aws.s3"],
            detail_type=[scan.detail_type if scan else "Object Created"],
            detail=detail,
        )


def _at(fields: tuple[str, ...], value: object) -> dict[str, Any]:
    """Return the nested mapping that has a value where the fields lead to."""
    for name in reversed(fields):
        value = {name: value}
    assert isinstance(value, dict)
    return value


def _merged(*mappings: Mapping[str, Any]) -> dict[str, Any]:
    """Return one mapping with all that nested ones hold."""
    merged: dict[str, Any] = {}
    for mapping in mappings:
        for name, value in mapping.items():
            both = isinstance(value, Mapping) and isinstance(merged.get(name), Mapping)
            merged[name] = _merged(merged[name], value) if both else value
    return merged


def _check_each(
    name: str, values: Sequence[str], allowed: re.Pattern[str], what: str, at: str
) -> None:
    if not values or isinstance(values, str):
        raise ValueError(f"{name} must list {what} at least, got {values!r} (at {at})")
    for value in values:
        if not Token.is_unresolved(value) and not allowed.fullmatch(value):
            raise ValueError(f"{name} must be {what}, got {value!r} (at {at})")
