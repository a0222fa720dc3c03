"""What every microservice stands on: the event bus, and the topic that tells people of alarms."""

from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from constructs_lib.blocks import EventBus, FailureChain
from stacks.base import PlatformStack
from stacks.config import StageConfig


class FoundationStack(PlatformStack):
    """The bus with its archive, the alarm topic, the key that encrypts both topics."""

    def __init__(self, scope: Construct, name: str, /, *, config: StageConfig) -> None:
        super().__init__(scope, name, config=config, description="Event bus, alarm topic, keys")
        self.key = kms.Key(
            self,
            "Key",
            description="Encrypts messages of topics at rest",
            enable_key_rotation=True,
            removal_policy=config.removal_policy,
        )
        # CloudWatch reports alarms to an encrypted topic only if the key's own policy lets it.
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            )
        )
        self.alarm_topic = sns.Topic(self, "Alarms", master_key=self.key, enforce_ssl=True)
        if config.alarm_email:
            self.alarm_topic.add_subscription(subscriptions.EmailSubscription(config.alarm_email))
        self.bus = EventBus(self, "Bus", removal_policy=config.removal_policy)
        self.failures = FailureChain(self, "Failures", encryption_key=self.key)
        self.failures.alarm.add_alarm_action(actions.SnsAction(self.alarm_topic))
