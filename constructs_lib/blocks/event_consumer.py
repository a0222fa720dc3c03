"""Who reacts to events of a bus, and loses none."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, cast

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs_lib.asked_once import home_of, is_unresolved, made_in, path_of, stack_of
from constructs_lib.blocks.failure_chain import FailureChain, let_own_rules_alone_send
from constructs_lib.blocks.idempotency_table import IdempotencyTable
from constructs_lib.blocks.last_failures import ONE_HOUR
from constructs_lib.blocks.takers import keep_what_fails
from constructs_lib.event_patterns import check_pattern
from constructs_lib.interfaces import AnyFunction, as_function
from constructs_lib.primitives.l2_options import refuse_time_outside
from constructs_lib.primitives.service_function import LONGEST_EVENT_AGE

if TYPE_CHECKING:
    # Loaded where there is a state machine only: it takes its time.
    from aws_cdk import aws_stepfunctions as sfn

LAST_RETRY_SECONDS = {1: 60, 2: 180}
"""When the last one comes, by their number (AWS Lambda, "Asynchronous invocation")."""


class EventConsumer(Construct):
    """A rule whose target is a function, a state machine or a queue, and that loses no event.

    An event that cannot be *delivered* goes to the chain's queue. So does what was delivered and is
    not done: a function's *execution* that failed for the last time, by the chain's topic; a state
    machine's that ended without success, whoever started it; a queue's message that is never done,
    moved by the queue. All end in the same queue, under the same alarm. Events of our own buses are
    subscribed to with :meth:`EventBus.subscribe`; other ones like this::

        EventConsumer(
            self, "OnUpload", bus=events.EventBus.from_event_bus_name(self, "Default", "default"),
            pattern=events.EventPattern(source=["aws.s3"], detail_type=["Object Created"]),
            function=read_upload, failures=failures,
        )

    :param bus: whose events; made here or imported, of this account and region.
    :param pattern: which of them.
    :param function: what reacts, in any language, an imported one with its role; it fails where it
        raises. Lambda has one setting of retries for each function, which its blocks share. One of
        this, `state_machine` and `queue` is given.
    :param state_machine: what is started with each event as its input; a standard one, since
        nobody is told of failures of express ones. It ends in one failure chain.
    :param queue: where each event goes as a message; not FIFO. Its dead-letter queue must be the
        chain's.
    :param failures: where events end that cannot be handled.
    :param once: what the function remembers handled events in. Default: it does not.
    :param retry_attempts: how often a function's failed execution is tried again, 0 to 2. Default:
        2.
    :param max_event_age: how long delivery, and a function's execution, are tried, 1 minute to 6
        hours. Default: 1 hour.
    :param dead_letters_elsewhere: see :class:`QueueConsumer`; for a queue.
    :raises ValueError: if it is not one of the three; what is said is not for it, or the chain
        cannot have what it fails at; a number is out of AWS's bounds; EventBridge would refuse the
        pattern, or a rule on this bus; or the function may run for as long as AWS takes for all of
        its retries: whoever is killed holds what it remembers until then.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        bus: events.IEventBus,
        pattern: events.EventPattern,
        function: AnyFunction | None = None,
        state_machine: sfn.IStateMachine | None = None,
        queue: sqs.IQueue | None = None,
        failures: FailureChain,
        once: IdempotencyTable | None = None,
        retry_attempts: int | None = None,
        max_event_age: Duration = ONE_HOUR,
        dead_letters_elsewhere: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        made_in(scope, id_, self)
        let_own_rules_alone_send(self)
        at = path_of(self)
        check_pattern(pattern, at=at)
        _check_home(bus, stack_of(self), at=at)
        refuse_time_outside("max_event_age", max_event_age, 60, LONGEST_EVENT_AGE, at)
        if once and function is None:
            raise ValueError(
                "once is for a function only, which remembers what it has handled: leave it out, "
                f"and let the state machine or who works off the queue do it (at {at})"
            )
        if once and function is not None:
            _check_lock(function, 2 if retry_attempts is None else retry_attempts, at=at)
        keep_what_fails(
            failures,
            function,
            state_machine,
            queue,
            retry_attempts=retry_attempts,
            max_event_age=max_event_age,
            dead_letters_elsewhere=dead_letters_elsewhere,
            at=at,
        )
        if once and function is not None:
            once.let_remember(function)
        failures.let_bury("events.amazonaws.com")
        delivery: _Delivery = {
            "dead_letter_queue": failures.queue,
            "max_event_age": max_event_age,
        }
        target: object = None
        if function is not None:
            target = targets.LambdaFunction(as_function(function), **delivery)
        elif state_machine is not None:
            target = targets.SfnStateMachine(state_machine, **delivery)
        elif queue is not None:
            target = targets.SqsQueue(queue, **delivery)
        self.rule = events.Rule(
            self,
            "Rule",
            event_bus=bus,
            event_pattern=pattern,
            targets=[cast(events.IRuleTarget, target)],
        )


class _Delivery(TypedDict):
    dead_letter_queue: sqs.IQueue
    max_event_age: Duration


def _check_home(bus: events.IEventBus, stack: Stack, *, at: str) -> None:
    """Refuse a bus that a rule of this stack cannot be on ("Amazon EventBridge rules")."""
    for kind, theirs, ours in zip(("account", "region"), home_of(bus), home_of(stack), strict=True):
        if not is_unresolved(theirs) and not is_unresolved(ours) and theirs != ours:
            raise ValueError(
                f"bus must be of this stack's {kind}, {ours}, where its rules are, got "
                f"{bus.node.path} of {theirs}: let its owner send events to a bus here (at {at})"
            )


def _check_lock(function: AnyFunction, retry_attempts: int, *, at: str) -> None:
    longest = LAST_RETRY_SECONDS.get(retry_attempts)
    timeout = function.timeout if isinstance(function, lambda_.Function) else None
    if longest and timeout and not timeout.is_unresolved() and timeout.to_seconds() >= longest:
        raise ValueError(
            f"function must have a timeout of less than {longest} seconds, since the last of "
            f"{retry_attempts} retries may come that soon and must not find what it is to do "
            f"locked, got {timeout.to_human_string()} (at {at})"
        )
