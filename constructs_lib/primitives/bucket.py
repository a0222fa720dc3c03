"""An S3 bucket that nobody reads by accident."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

ONE_WEEK = Duration.days(7)
THIRTY_DAYS = Duration.days(30)


class Bucket(s3.Bucket):
    """A private, encrypted bucket that is reached over TLS only and does not gather rubbish.

    Abandoned uploads go after a week, replaced versions after thirty days::

        invoices = Bucket(self, "Invoices", versioned=True)

    :param versioned: whether a replaced or deleted object can be brought back. Default: no.
    :param lifecycle_rules: what else expires. Default: nothing.
    :param removal_policy: what becomes of the objects when the bucket leaves its stack. Default:
        they are retained.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        versioned: bool = False,
        lifecycle_rules: Sequence[s3.LifecycleRule] = (),
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(
            scope,
            id_,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=versioned,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=ONE_WEEK,
                    noncurrent_version_expiration=THIRTY_DAYS if versioned else None,
                ),
                *lifecycle_rules,
            ],
            removal_policy=removal_policy,
        )
