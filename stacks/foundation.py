"""What every microservice stands on: the event bus, the alarm topic, the sender of mails."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_ses as ses
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from constructs_lib.blocks import EventBus
from stacks.base import Alarms, PlatformStack
from stacks.config import StageConfig


class FoundationStack(PlatformStack):
    """The bus with its archive, the alarm topic, the key of topics, the sender of mails."""

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
        topic = sns.Topic(self, "Alarms", master_key=self.key, enforce_ssl=True)
        if config.alarm_email:
            topic.add_subscription(subscriptions.EmailSubscription(config.alarm_email))
        self.alarms = Alarms(topic=topic, key=self.key)
        self.bus = EventBus(self, "Bus", removal_policy=config.removal_policy)
        self.sender = ses.EmailIdentity(
            self, "Sender", identity=ses.Identity.email(config.mail_sender)
        )
        cdk.CfnOutput(self, "EventBusName", value=self.bus.bus.event_bus_name)
        cdk.CfnOutput(self, "EventArchiveArn", value=self.bus.archive.archive_arn)
