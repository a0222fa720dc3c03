"""What people are told: by mail, and in the browsers they have open."""

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_ses as ses
from constructs import Construct

from constructs_lib.blocks import EventBus, FailureChain, IdempotencyTable, PushChannel
from constructs_lib.grants import let_send_mail
from constructs_lib.primitives import AlarmTopic, PythonFunction, PythonService
from stacks.base import PlatformStack, event_source
from stacks.config import StageConfig

PUSHED: Mapping[str, Sequence[str]] = {
    "identity": ["PermissionsChanged"],
    "readings": ["ImportProgressed", "ReadingsImported", "ImportFailed"],
    "support": ["TaskOpened", "TaskClosed"],
    "vouchers": ["VoucherPaid", "VoucherIssued", "VoucherMailed", "VoucherFailed"],
}
"""By microservice, events that somebody with an open browser wants to know of at once: theirs."""


class NotificationsStack(PlatformStack):
    """A mail to everybody who signs up, and a channel to every browser that is open."""

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
        alarms: AlarmTopic,
    ) -> None:
        super().__init__(
            scope, name, config=config, description="Mails, and news for browsers", alarms=alarms
        )
        failures = FailureChain(
            self,
            "Failures",
            known_as=name.lower(),
        )
        welcome = PythonFunction(
            self, "WelcomeMail", service=service, entry="handlers.welcome_mail"
        )
        let_send_mail(sender, welcome, address=config.mail_sender, variable="MAIL_SENDER")
        bus.subscribe(
            self,
            "OnUserSignedUp",
            source=event_source("identity"),
            detail_types=["UserSignedUp"],
            function=welcome,
            failures=failures,
            once=IdempotencyTable(self, "Once"),
        )
        self.push = PushChannel(
            self,
            "Push",
            failures=failures,
            callback_url=config.endpoints.connections if config.endpoints else None,
            log_level=config.log_level,
            target=config.build_target,
        )
        for service_name, detail_types in PUSHED.items():
            self.push.subscribe(bus, source=event_source(service_name), detail_types=detail_types)
        self.push.forget_on(bus, source=event_source("identity"), detail_types=["UserDeleted"])
        api_id = self.push.api.api_id
        self.socket_url = config.endpoints.socket(api_id) if config.endpoints else self.push.url
        cdk.CfnOutput(self, "WebSocketUrl", value=self.socket_url)
        cdk.CfnOutput(self, "FailureQueueUrl", value=failures.queue.queue_url)
