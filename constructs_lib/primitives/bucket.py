"""An S3 bucket that nobody reads by accident."""

from collections.abc import Sequence
from typing import Unpack, cast

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct, IConstruct

from constructs_lib.acknowledge import acknowledge, acknowledge_wildcard
from constructs_lib.asked_once import path_of
from constructs_lib.defaults import Defaults
from constructs_lib.interfaces import AnyFunction
from constructs_lib.primitives.bucket_emptying import BucketEmptying
from constructs_lib.primitives.l2_options import refuse_options, refuse_outside
from constructs_lib.primitives.storage_options import NOT_FOR_BUCKETS, BucketOptions
from constructs_lib.telling import tell

ONE_WEEK = Duration.days(7)
THIRTY_DAYS = Duration.days(30)
OLDEST_TLS = 1.2


class Bucket(s3.Bucket):
    """A private, encrypted bucket that is reached over TLS only and does not gather rubbish.

    Abandoned uploads go after a week, replaced versions after thirty days::

        invoices = Bucket(self, "Invoices", versioned=True)
        invoices.let_use(print_invoice, "s3:PutObject", variable="INVOICES_BUCKET", keys="*.pdf")

    :param versioned: whether a replaced or deleted object can be brought back. Default: no.
    :param notifies_event_bus: whether the account's default event bus hears of every object that
        comes or goes. Default: no.
    :param lifecycle_rules: what else expires. Default: nothing.
    :param removal_policy: what becomes of the objects when the bucket leaves its stack; with
        `DESTROY` they are deleted first, see :class:`BucketEmptying`. Default: that of
        :class:`Defaults`, else they are retained.
    :param options: any other of `aws_s3.Bucket`, such as `cors` or `encryption_key`, see
        :class:`BucketOptions`. Default: S3 encrypts with its own key, and TLS is 1.2 or newer.
    :raises ValueError: if an option contradicts what a bucket promises.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        versioned: bool = False,
        notifies_event_bus: bool = False,
        lifecycle_rules: Sequence[s3.LifecycleRule] = (),
        removal_policy: RemovalPolicy | None = None,
        **options: Unpack[BucketOptions],
    ) -> None:
        at = f"{path_of(scope)}/{id_}"
        refuse_options(options, NOT_FOR_BUCKETS, at)
        policy = Defaults.of(scope).removal_policy(removal_policy)
        by_key = "encryption_key" in options
        settings: BucketOptions = {
            "encryption": s3.BucketEncryption.KMS if by_key else s3.BucketEncryption.S3_MANAGED,
            "minimum_tls_version": OLDEST_TLS,
            **options,
        }
        refuse_outside(
            "minimum_tls_version", settings["minimum_tls_version"], OLDEST_TLS, None, "", at
        )
        super().__init__(
            scope,
            id_,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            versioned=versioned,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=ONE_WEEK,
                    noncurrent_version_expiration=THIRTY_DAYS if versioned else None,
                ),
                *lifecycle_rules,
            ],
            removal_policy=policy,
            **settings,
        )
        acknowledge(
            self, S1="IAM says who reads; a log of each access is a stage's own choice, it costs"
        )
        if policy is RemovalPolicy.DESTROY:
            BucketEmptying.of(self).add(self)
        self._notifies_event_bus = notifies_event_bus
        if notifies_event_bus:
            # The L2's own property makes a custom resource of it.
            cfn_bucket = cast(s3.CfnBucket, self.node.default_child)
            cfn_bucket.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
                event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
                    event_bridge_enabled=True
                )
            )

    def add_event_notification(
        self,
        event: s3.EventType,
        dest: s3.IBucketNotificationDestination,
        *filters: s3.NotificationKeyFilter,
    ) -> None:
        """Tell a queue, topic or function of objects, too, see `aws_s3.Bucket`.

        The custom resource that does it replaces all that a bucket notifies of (Amazon S3,
        `PutBucketNotificationConfiguration`), so it is told of the event bus.
        """
        if self._notifies_event_bus:
            cast(s3.CfnBucket, self.node.default_child).notification_configuration = None
            self.enable_event_bridge_notification()
        super().add_event_notification(event, dest, *filters)

    def let_use(
        self, function: AnyFunction, /, *actions: str, variable: str, keys: str = "*"
    ) -> iam.Grant:
        """Tell a function the bucket's name, and allow it what `grant_objects` does.

        :param variable: what the function finds the name in, such as `INVOICES_BUCKET`.
        :raises ValueError: if the function cannot be told.
        """
        tell(function, variable, self.bucket_name, at=path_of(self))
        return self.grant_objects(function, *actions, keys=keys)

    def grant_objects(self, grantee: iam.IGrantable, *actions: str, keys: str = "*") -> iam.Grant:
        """Allow single actions on objects; the L2's grants also allow tagging, holds and more.

        :param actions: such as `s3:GetObject`.
        :param keys: which objects, such as `*.pdf`; `*` stands for any characters. Default: all.
        """
        if self.encryption_key and all(action.startswith("s3:Get") for action in actions):
            self.encryption_key.grant_decrypt(grantee)
        elif self.encryption_key:
            self.encryption_key.grant_encrypt_decrypt(grantee)
        acknowledge_wildcard(
            cast(IConstruct, grantee.grant_principal),
            self.arn_for_objects(keys),
            why="keys of objects are known when there are objects",
        )
        return iam.Grant.add_to_principal(
            grantee=grantee, actions=list(actions), resource_arns=[self.arn_for_objects(keys)]
        )
