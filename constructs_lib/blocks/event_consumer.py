"""A function that reacts to events of a bus, and loses none."""

from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from constructs_lib.blocks.failure_chain import FailureChain
from constructs_lib.blocks.idempotency_table import IdempotencyTable
from constructs_lib.blocks.last_failures import ONE_HOUR, keep_last_failures

LAST_RETRY_SECONDS = {1: 60, 2: 180}
"""When the last one comes, by their number (AWS Lambda, "Asynchronous invocation")."""


class EventConsumer(Construct):
    """A rule whose target is a function, with both places where an event could get lost closed.

    An event that cannot be *delivered* goes to the chain's queue, one whose *execution* failed for
    the last time to its topic; both end in the same queue, under the same alarm. Events of our own
    buses are subscribed to with :meth:`EventBus.subscribe`; other ones like this::

        EventConsumer(
            self, "OnUpload", bus=events.EventBus.from_event_bus_name(self, "Default", "default"),
            pattern=events.EventPattern(source=["aws.s3"], detail_type=["Object Created"]),
            function=read_upload, failures=failures,
        )

    :param bus: whose events.
    :param pattern: which of them.
    :param function: what reacts, in any language, an imported one with its role; it fails where it
        raises. Lambda has one setting of retries for each function, which its blocks share.
    :param failures: where events end that cannot be handled.
    :param once: what the function remembers handled events in. Default: it does not.
    :param retry_attempts: how often a failed execution is tried again, 0 to 2. Default: 2.
    :param max_event_age: how long delivery and execution are tried, 1 minute to 6 hours. Default:
        1 hour.
    :raises ValueError: if a number is out of AWS's bounds, or the function may run for as long as
        AWS takes for all of its retries: whoever is killed holds what it remembers until then.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        bus: events.IEventBus,
        pattern: events.EventPattern,
        function: lambda_.IFunction,
        failures: FailureChain,
        once: IdempotencyTable | None = None,
        retry_attempts: int = 2,
        max_event_age: Duration = ONE_HOUR,
    ) -> None:
        super().__init__(scope, id_)
        if once:
            _check_lock(function, retry_attempts, at=self.node.path)
        keep_last_failures(
            function,
            failures,
            retry_attempts=retry_attempts,
            max_event_age=max_event_age,
            at=self.node.path,
        )
        if once:
            once.let_remember(function)
        failures.let_bury("events.amazonaws.com")
        self.rule = events.Rule(
            self,
            "Rule",
            event_bus=bus,
            event_pattern=pattern,
            targets=[
                cast(
                    events.IRuleTarget,
                    targets.LambdaFunction(
                        function, dead_letter_queue=failures.queue, max_event_age=max_event_age
                    ),
                )
            ],
        )


def _check_lock(function: lambda_.IFunction, retry_attempts: int, *, at: str) -> None:
    longest = LAST_RETRY_SECONDS.get(retry_attempts)
    timeout = function.timeout if isinstance(function, lambda_.Function) else None
    if longest and timeout and not timeout.is_unresolved() and timeout.to_seconds() >= longest:
        raise ValueError(
            f"function must have a timeout of less than {longest} seconds, since the last of "
            f"{retry_attempts} retries may come that soon and must not find what it is to do "
            f"locked, got {timeout.to_human_string()} (at {at})"
        )
