"""What people are told, outside of the website."""

import aws_cdk as cdk
from aws_cdk import aws_ses as ses
from constructs import Construct

from constructs_lib.blocks import EventBus, FailureChain, IdempotencyTable
from constructs_lib.primitives import PythonFunction, PythonService
from stacks.base import Alarms, PlatformStack
from stacks.config import StageConfig


class NotificationsStack(PlatformStack):
    """A mail to everybody who signs up."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        /,
        *,
        config: StageConfig,
        service: PythonService,
        bus: EventBus,
        sender: ses.IEmailIdentity,
        alarms: Alarms,
    ) -> None:
        super().__init__(scope, name, config=config, description="Mails to people")
        failures = FailureChain(self, "Failures", encryption_key=alarms.key)
        alarms.watch(failures.alarm, failures.age_alarm)
        welcome = PythonFunction(
            self,
            "WelcomeMail",
            service=service,
            entry="handlers.welcome_mail",
            environment={"MAIL_SENDER": config.mail_sender},
        )
        sender.grant_send_email(welcome)
        bus.subscribe(
            self,
            "OnUserSignedUp",
            detail_types=["UserSignedUp"],
            function=welcome,
            failures=failures,
            once=IdempotencyTable(self, "Once", removal_policy=config.removal_policy),
        )
        cdk.CfnOutput(self, "FailureQueueUrl", value=failures.queue.queue_url)
