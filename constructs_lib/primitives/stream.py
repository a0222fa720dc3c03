"""A Kinesis stream that grows with what comes, and is paid by that."""

from typing import Unpack

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from constructs import Construct

from constructs_lib.asked_once import path_of
from constructs_lib.defaults import Defaults
from constructs_lib.interfaces import AnyFunction, AnyKey, as_key
from constructs_lib.primitives.l2_options import refuse_options, refuse_time_outside
from constructs_lib.primitives.storage_options import NOT_FOR_STREAMS, StreamOptions
from constructs_lib.telling import tell

ONE_DAY = Duration.days(1)
LONGEST_STREAM = 365 * 86_400


class Stream(kinesis.Stream):
    """A stream on demand, encrypted at rest, whose records of one key come in their order.

    Its shards follow what comes, up to twice the most of the last 30 days at once. Who consumes it
    is a :class:`StreamConsumer`, any number of them::

        clicks = Stream(self, "Clicks")
        clicks.let_put(take_clicks, variable="CLICKS_STREAM")
        StreamConsumer(self, "Counting", source=clicks, function=count, failures=failures)

    :param retention: how long records stay, 1 to 365 days; more than one day costs more. It is also
        how long a note in a failure chain leads to its records. Default: one day.
    :param encryption_key: a customer's key that encrypts records at rest; who puts or reads needs
        it too. Default: the account's own of AWS (`alias/aws/kinesis`).
    :param removal_policy: what becomes of the records when the stream leaves its stack. Default:
        that of :class:`Defaults`, else they are retained.
    :param options: any other of `aws_kinesis.Stream`, such as `stream_name`, see
        :class:`StreamOptions`.
    :raises ValueError: if Kinesis would refuse the retention, or an option contradicts what a
        stream promises.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        retention: Duration = ONE_DAY,
        encryption_key: AnyKey | None = None,
        removal_policy: RemovalPolicy | None = None,
        **options: Unpack[StreamOptions],
    ) -> None:
        at = f"{path_of(scope)}/{id_}"
        refuse_options(options, NOT_FOR_STREAMS, at)
        refuse_time_outside("retention", retention, 86_400, LONGEST_STREAM, at)
        super().__init__(
            scope,
            id_,
            stream_mode=kinesis.StreamMode.ON_DEMAND,
            encryption=kinesis.StreamEncryption.KMS
            if encryption_key
            else kinesis.StreamEncryption.MANAGED,
            encryption_key=as_key(encryption_key),
            retention_period=retention,
            removal_policy=Defaults.of(scope).removal_policy(removal_policy),
            **options,
        )

    def let_put(self, function: AnyFunction, /, *, variable: str) -> iam.Grant:
        """Tell a function the stream's name, and allow it to put records there, and nothing else.

        :param variable: what the function finds the name in, such as `CLICKS_STREAM`.
        :raises ValueError: if the function cannot be told.
        """
        tell(function, variable, self.stream_name, at=path_of(self))
        return self.grant_put(function)

    def grant_put(self, grantee: iam.IGrantable, /) -> iam.Grant:
        """Allow `grantee` to put records, and nothing else; the L2's grant lets it look around.

        A customer's key is used by who puts ("Permissions to use user-generated KMS keys", Amazon
        Kinesis Data Streams, server-side encryption).
        """
        if self.encryption_key:
            self.encryption_key.grant(grantee, "kms:GenerateDataKey")
        return self.grant(grantee, "kinesis:PutRecord", "kinesis:PutRecords")
