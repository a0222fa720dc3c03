"""What every microservice stands on: the event bus, the alarm topic, the sender of mails."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_ses as ses
from constructs import Construct

from constructs_lib.blocks import EventBus
from constructs_lib.primitives import AlarmTopic
from stacks.base import PlatformStack
from stacks.config import StageConfig


class FoundationStack(PlatformStack):
    """The bus with its archive, the alarm topic, the key of messages, the sender of mails."""

    def __init__(self, scope: Construct, name: str, /, *, config: StageConfig) -> None:
        super().__init__(scope, name, config=config, description="Event bus, alarm topic, keys")
        self.key = kms.Key(
            self,
            "Key",
            description="Encrypts messages of topics and failure queues at rest",
            enable_key_rotation=True,
            removal_policy=config.removal_policy,
        )
        self.alarms = AlarmTopic(
            self, "Alarms", encryption_key=self.key, emails=[config.alarm_email]
        )
        self.bus = EventBus(self, "Bus", known_as="platform")
        self.sender = _sender(self, config)
        cdk.CfnOutput(self, "EventBusName", value=self.bus.bus.event_bus_name)
        cdk.CfnOutput(self, "EventArchiveArn", value=self.bus.archive.archive_arn)


def _sender(scope: Construct, config: StageConfig) -> ses.IEmailIdentity:
    """Return the identity that mails come from; one that SES has cannot be made once more."""
    if config.mail_identity:
        return ses.EmailIdentity.from_email_identity_name(scope, "Sender", config.mail_identity)
    identity = ses.Identity.email(config.mail_sender)
    return ses.EmailIdentity(scope, "Sender", identity=identity)
