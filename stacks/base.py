"""What every stack of the platform has in common."""

import aws_cdk as cdk
from constructs import Construct

from constructs_lib.defaults import Defaults
from constructs_lib.primitives import AlarmTopic
from stacks.config import StageConfig

OF_PAGES = "the tokens of lists that lead from page to page"
"""What a service that answers with lists has a key of its own for."""


def event_source(service: str) -> str:
    """Return the name in which a microservice publishes, as `shared.events` writes it."""
    return f"blockwork.{service}"


class PlatformStack(cdk.Stack):
    """A microservice's stack in one stage, named `<Stage>-<Name>`.

    :param config: the stage's values.
    :param description: what the stack holds, in a few words.
    :param region: where it lives. Default: where the stage lives.
    :param alarms: who is told of alarms; its key encrypts events that failed. Default: nobody.
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
        alarms: AlarmTopic | None = None,
    ) -> None:
        super().__init__(
            scope,
            f"{config.name.capitalize()}-{name}",
            env=cdk.Environment(account=config.account, region=region or config.region),
            description=description,
            termination_protection=config.removal_policy is not cdk.RemovalPolicy.DESTROY,
            tags={"platform": "blockwork", "stage": config.name},
        )
        Defaults.of(self).set(
            removal_policy=config.removal_policy,
            log_retention=config.log_retention,
            alarm_topic=alarms,
            failure_key=alarms.encryption_key if alarms else None,
        )
        if config.endpoints:
            cdk.Annotations.of(self).acknowledge_warning(
                "blockwork:this-machine",
                "the local stage runs functions with this machine's Python",
            )
