"""The SNS topic that tells people of alarms, and lets alarms tell it."""

from collections.abc import Sequence
from typing import Unpack, cast

from aws_cdk import Annotations, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from constructs_lib.asked_once import path_of
from constructs_lib.interfaces import AnyKey, ServicePrincipal, Topic, as_key
from constructs_lib.primitives.l2_options import refuse_options
from constructs_lib.primitives.storage_options import NOT_FOR_ALARM_TOPICS, TopicOptions


class AlarmTopic(Topic):
    """A topic that CloudWatch's alarms of this account may publish to, and nobody in the clear.

    A topic with any policy of its own has lost the default one, which lets CloudWatch publish: its
    alarms then reach nobody, and only their history says so. This one has the statement, and so
    has its key::

        alarms = AlarmTopic(self, "Alarms", encryption_key=key, emails=["night@shop.example"])
        alarms.watch(failures.alarm, failures.age_alarm)

    Amazon SNS asks each address to confirm; until then it tells nobody.

    :param encryption_key: encrypts messages at rest, a customer's key: CloudWatch may not use the
        one of AWS (`alias/aws/sns`). A key that was imported must allow CloudWatch itself. Default:
        SNS does not encrypt.
    :param emails: who is told by mail. Default: nobody yet, `add_subscription` adds others.
    :param options: any other of `aws_sns.Topic`, such as `display_name`, see :class:`TopicOptions`.
    :raises ValueError: if an option contradicts what a topic promises.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        encryption_key: AnyKey | None = None,
        emails: Sequence[str] = (),
        **options: Unpack[TopicOptions],
    ) -> None:
        refuse_options(options, NOT_FOR_ALARM_TOPICS, f"{path_of(scope)}/{id_}")
        super().__init__(scope, id_, enforce_ssl=True, master_key=as_key(encryption_key), **options)
        self.encryption_key = encryption_key
        self._watched: set[cloudwatch.AlarmBase] = set()
        # https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
        self.add_to_resource_policy(
            self._let_cloudwatch(["sns:Publish"], resources=[self.topic_arn])
        )
        if encryption_key:
            added = encryption_key.add_to_resource_policy(
                self._let_cloudwatch(["kms:Decrypt", "kms:GenerateDataKey"], resources=["*"])
            )
            if not added.statement_added:
                Annotations.of(self).add_warning_v2(
                    "blockwork:alarm-key",
                    "the policy of an imported key cannot be changed from here: alarms reach nobody"
                    " unless it lets cloudwatch.amazonaws.com kms:Decrypt and kms:GenerateDataKey",
                )
        for email in emails:
            told = subscriptions.EmailSubscription(email)
            self.add_subscription(cast(sns.ITopicSubscription, told))

    def watch(self, *alarms: cloudwatch.AlarmBase) -> None:
        """Tell people when an alarm goes off, and when it is over; once, however often asked."""
        action = cast(cloudwatch.IAlarmAction, actions.SnsAction(self))
        for alarm in alarms:
            if alarm in self._watched:
                continue
            self._watched.add(alarm)
            alarm.add_alarm_action(action)
            alarm.add_ok_action(action)

    def _let_cloudwatch(self, names: Sequence[str], *, resources: list[str]) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            sid="AlarmsOfThisAccount",
            principals=[ServicePrincipal("cloudwatch.amazonaws.com")],
            actions=list(names),
            resources=resources,
            conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
        )
