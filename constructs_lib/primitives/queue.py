"""An SQS queue that keeps what it is given."""

from typing import Unpack

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs_lib.asked_once import path_of
from constructs_lib.defaults import Defaults
from constructs_lib.interfaces import AnyFunction, AnyKey, as_key
from constructs_lib.primitives.l2_options import refuse_options, refuse_time_outside
from constructs_lib.primitives.storage_options import NOT_FOR_QUEUES, QueueOptions
from constructs_lib.telling import tell

LONGEST_RETENTION = Duration.days(14)


class Queue(sqs.Queue):
    """A queue that is encrypted, reached over TLS only, and keeps messages as long as SQS can.

    ::

        orders = Queue(self, "Orders", dead_letter_queue=sqs.DeadLetterQueue(
            queue=Queue(self, "Poison"), max_receive_count=5,
        ))
        orders.let_send(place_order, variable="ORDERS_QUEUE_URL")

    :param retention: how long a message waits, 1 minute to 14 days. Default: 14 days.
    :param visibility_timeout: how long a received message is hidden; give a Lambda consumer six
        times its timeout. Default: 30 seconds.
    :param encryption_key: a customer's key that encrypts messages at rest: who sends or receives
        needs it too, AWS's services by the key's policy. Default: SQS encrypts with its own.
    :param dead_letter_queue: where messages go that cannot be processed. Default: nowhere, which
        is right only for a queue that is the end of the road itself.
    :param options: any other of `aws_sqs.Queue`, such as `fifo`, see :class:`QueueOptions`; without
        `removal_policy` that of :class:`Defaults`, else the queue goes with its stack.
    :raises ValueError: if SQS would refuse the retention, or an option contradicts what a queue
        promises.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        retention: Duration = LONGEST_RETENTION,
        visibility_timeout: Duration | None = None,
        encryption_key: AnyKey | None = None,
        dead_letter_queue: sqs.DeadLetterQueue | None = None,
        **options: Unpack[QueueOptions],
    ) -> None:
        at = f"{path_of(scope)}/{id_}"
        refuse_options(options, NOT_FOR_QUEUES, at)
        refuse_time_outside("retention", retention, 60, 14 * 86_400, at)
        if policy := Defaults.of(scope).find("removal_policy"):
            options = {"removal_policy": policy, **options}
        super().__init__(
            scope,
            id_,
            encryption=sqs.QueueEncryption.KMS
            if encryption_key
            else sqs.QueueEncryption.SQS_MANAGED,
            encryption_master_key=as_key(encryption_key),
            enforce_ssl=True,
            retention_period=retention,
            visibility_timeout=visibility_timeout,
            dead_letter_queue=dead_letter_queue,
            **options,
        )

    def let_send(self, function: AnyFunction, /, *, variable: str) -> iam.Grant:
        """Tell a function the queue's URL, and allow it to send there, and nothing else.

        :param variable: what the function finds the URL in, such as `ORDERS_QUEUE_URL`.
        :raises ValueError: if the function cannot be told.
        """
        tell(function, variable, self.queue_url, at=path_of(self))
        return self.grant_send(function)

    def grant_send(self, grantee: iam.IGrantable, /) -> iam.Grant:
        """Allow `grantee` to send, and nothing else; the L2's grant also lets it look around.

        A customer's key is used by who sends, to decrypt also what it has made for the queue
        ("Configure KMS permissions", Amazon SQS, key management).
        """
        if self.encryption_master_key:
            self.encryption_master_key.grant(grantee, "kms:Decrypt", "kms:GenerateDataKey")
        return self.grant(grantee, "sqs:SendMessage")
