"""What every stack of the platform has in common."""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.config import StageConfig


def event_source(service: str) -> str:
    """Return the name in which a microservice publishes, as `shared.events` writes it."""
    return f"blockwork.{service}"


@dataclass(frozen=True, kw_only=True)
class Alarms:
    """Who is told when something is wrong.

    :param topic: tells people.
    :param key: encrypts what topics hold.
    """

    topic: sns.ITopic
    key: kms.IKey

    def watch(self, *alarms: cloudwatch.Alarm) -> None:
        """Tell people when an alarm goes off, and when it is over."""
        action = actions.SnsAction(self.topic)
        for alarm in alarms:
            alarm.add_alarm_action(action)
            alarm.add_ok_action(action)


class PlatformStack(cdk.Stack):
    """A microservice's stack in one stage, named `<Stage>-<Name>`.

    :param config: the stage's values.
    :param description: what the stack holds, in a few words.
    :param region: where it lives. Default: where the stage lives.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        /,
        *,
        config: StageConfig,
        description: str,
        region: str | None = None,
    ) -> None:
        super().__init__(
            scope,
            f"{config.name.capitalize()}-{name}",
            env=cdk.Environment(account=config.account, region=region or config.region),
            description=description,
            termination_protection=config.removal_policy is cdk.RemovalPolicy.RETAIN,
            tags={"platform": "blockwork", "stage": config.name},
        )
