"""Failed events go to a topic, and stay in a queue until somebody brings them back."""

from aws_cdk import Annotations, Duration, Names, RemovalPolicy
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.announce import FAILURE_CHAIN, announce
from constructs_lib.asked_once import home_of, made_in, path_of, stack_of
from constructs_lib.defaults import Defaults
from constructs_lib.interfaces import AnyFunction, AnyKey, ServicePrincipal, Topic, as_key
from constructs_lib.primitives import Queue
from constructs_lib.primitives.queue import LONGEST_RETENTION
from constructs_lib.telling import tell

ONE_MINUTE = Duration.minutes(1)
FIVE_MINUTES = Duration.minutes(5)
HALF_A_DAY = Duration.hours(12)


class FailureChain(Construct):
    """A topic for failed events, a queue behind it that keeps every one, alarms on first and age.

    Give one to each microservice and let every asynchronous failure end in it::

        failures = FailureChain(self, "Failures")
        for alarm in (failures.alarm, failures.age_alarm):
            alarm.add_alarm_action(actions.SnsAction(alarm_topic))
        PythonFunction(self, "OnOrderPlaced", …, on_failure=failures.destination())

    :param retention: how long a failed event is kept, 1 minute to 14 days. Default: 14 days, the
        SQS maximum.
    :param encryption_key: a customer's key that encrypts topic and queue at rest, as failed events
        may tell of persons. Who publishes needs it too, `grant_publish` and `destination` see to
        that; so does who brings events back (`kms:Decrypt`). A key that was imported must allow SNS
        itself, and each service of `let_bury`. Default: that of
        :class:`Defaults`, else SNS does not encrypt, SQS has its own key.
    :param removal_policy: what becomes of the queue, and of the failed events in it, when the chain
        leaves its stack; the topic keeps nothing. Who retains it retains its key too. Default:
        that of :class:`Defaults`, else it is retained.
    :param known_as: what the command `failures` calls it, which finds it by a tag of the queue,
        see :mod:`constructs_lib.announce`. Default: its path.
    :raises ValueError: if SQS would refuse the retention, or AWS `known_as` as a tag.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        retention: Duration = LONGEST_RETENTION,
        encryption_key: AnyKey | None = None,
        removal_policy: RemovalPolicy | None = None,
        known_as: str | None = None,
    ) -> None:
        super().__init__(scope, id_)
        made_in(scope, id_, self)
        let_own_rules_alone_send(self)
        defaults = Defaults.of(self)
        encryption_key = encryption_key or defaults.find("failure_key")
        self._key = encryption_key
        self.queue = Queue(self, "Queue", retention=retention, encryption_key=encryption_key)
        self.queue.apply_removal_policy(defaults.removal_policy(removal_policy))
        announce(self.queue, FAILURE_CHAIN, known_as, at=path_of(self))
        acknowledge(self.queue, SQS3="this queue is itself where failed events end")
        self.topic = Topic(self, "Topic", enforce_ssl=True, master_key=as_key(encryption_key))
        self._subscribe()
        self.alarm = self.metric_failures().create_alarm(
            self,
            "Alarm",
            alarm_description=f"Failed events wait in {path_of(self)}: look at them, mend the "
            "cause, bring them back",
            threshold=1,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

        self.age_alarm = self.queue.metric_approximate_age_of_oldest_message(
            statistic="Maximum", period=FIVE_MINUTES
        ).create_alarm(
            self,
            "AgeAlarm",
            alarm_description=f"Failed events wait in {path_of(self)} for half a day: notes on "
            "records of a stream are worth nothing after a day, events after their retention",
            threshold=HALF_A_DAY.to_seconds(),
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        defaults.watch(self.alarm, self.age_alarm)

    def destination(self) -> destinations.SnsDestination:
        """Return where a function's failed asynchronous invocations go, permission included."""
        return destinations.SnsDestination(self.topic)

    def let_park(self, function: AnyFunction, *, patience: Duration) -> None:
        """Let a function send here what it cannot handle, after trying for a while.

        It is told where (`FAILURE_TOPIC_ARN`) and how long it tries (`PATIENCE_SECONDS`).

        :raises ValueError: if it cannot be told, because it was imported, or parks elsewhere or
            with another patience already.
        """
        tell(
            function,
            "FAILURE_TOPIC_ARN",
            self.topic.topic_arn,
            at=path_of(self),
            otherwise="leave parks_after out: then Lambda or SQS sends here what it fails at",
        )
        tell(function, "PATIENCE_SECONDS", str(patience.to_seconds()), at=path_of(self))
        self.grant_publish(function)

    def dead_letter_queue(self, *, max_receive_count: int = 5) -> sqs.DeadLetterQueue:
        """Return where SQS moves a queue's message that was taken so often and never done.

        That is what becomes of a message whose consumer crashes or times out and cannot send it
        here itself. A message that SQS moves keeps the encryption that it was sent with, and its
        age ("Dead-letter queues in Amazon SQS", retention).

        :param max_receive_count: more often than a consumer tries within its patience, at least 5
            where Lambda is the consumer ("Using Lambda with Amazon SQS", dead-letter queue).
        """
        return sqs.DeadLetterQueue(queue=self.queue, max_receive_count=max_receive_count)

    def let_bury(self, service: str, /) -> None:
        """Let one of AWS's services use the queue's key, to leave there what it cannot deliver.

        What names the queue as its dead-letter queue calls it; the CDK sees to the queue's own
        policy alone.

        :param service: such as `events.amazonaws.com`.
        """
        if self._key is None:
            return
        # "Configure KMS permissions for AWS services", Amazon SQS, key management.
        added = self._key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[ServicePrincipal(service)],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceAccount": home_of(stack_of(self))[0]}},
            )
        )
        if not added.statement_added:
            Annotations.of(self).add_warning_v2(
                "blockwork:failure-key",
                "the policy of an imported key cannot be changed from here: failed events are lost"
                f" unless it lets {service} kms:Decrypt and kms:GenerateDataKey",
            )

    def grant_key(self, grantee: iam.IGrantable, /) -> None:
        """Allow `grantee` to use the queue's key, to leave there what it cannot deliver."""
        if self._key is not None:
            self._key.grant(grantee, "kms:Decrypt", "kms:GenerateDataKey")

    def _subscribe(self) -> None:
        """Hand over what is published; the CDK's own subscription would let the key name the topic.

        Then a key of another stack would wait for this one, and this one for the key.
        """
        allowed = self.queue.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[ServicePrincipal("sns.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[self.queue.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": self.topic.topic_arn}},
            )
        )
        self.let_bury("sns.amazonaws.com")
        subscription = sns.Subscription(
            self.queue,
            Names.node_unique_id(self.topic.node),
            topic=self.topic,
            endpoint=self.queue.queue_arn,
            protocol=sns.SubscriptionProtocol.SQS,
            raw_message_delivery=True,
        )
        if allowed.policy_dependable:
            subscription.node.add_dependency(allowed.policy_dependable)

    def grant_publish(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow `grantee` to report failures, and nothing else."""
        return self.topic.grants.publish(grantee)

    def metric_failures(self) -> cloudwatch.Metric:
        """Events waiting to be brought back: the one number to alarm on."""
        return self.queue.metric_approximate_number_of_messages_visible(
            statistic="Maximum", period=ONE_MINUTE
        )


def let_own_rules_alone_send(scope: Construct) -> None:
    """Have the CDK let rules beneath send to queues from this account only, keys included.

    Without its flag, which not every app has set, a queue with a customer's key, and the key, are
    open to rules of every account (`aws_events_targets.SqsQueue`).
    """
    scope.node.set_context("@aws-cdk/aws-events:eventsTargetQueueSameAccount", True)
