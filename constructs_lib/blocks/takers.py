"""Who takes what a rule or a schedule brings, and where it ends that cannot be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from weakref import WeakKeyDictionary

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs

from constructs_lib.blocks.failure_chain import FailureChain
from constructs_lib.blocks.last_failures import ONE_HOUR, keep_last_failures
from constructs_lib.blocks.queue_consumer import check_dead_letters
from constructs_lib.interfaces import AnyFunction

if TYPE_CHECKING:
    # Loaded where there is a state machine only: it takes its time.
    from aws_cdk import aws_stepfunctions as sfn

UNFORESEEN = ("FAILED", "TIMED_OUT")
UNSUCCESSFUL = ("ABORTED", *UNFORESEEN)
_kept_by: WeakKeyDictionary[sfn.IStateMachine, FailureChain] = WeakKeyDictionary()


def keep_what_fails(
    failures: FailureChain,
    function: AnyFunction | None,
    state_machine: sfn.IStateMachine | None,
    queue: sqs.IQueue | None,
    *,
    retry_attempts: int | None = None,
    max_event_age: Duration = ONE_HOUR,
    dead_letters_elsewhere: bool = False,
    at: str,
) -> None:
    """Let what one of the three cannot do end in the failure chain.

    :param retry_attempts: how often a function's failed execution is tried again. Default: 2.
    :param dead_letters_elsewhere: the queue moves what is never done to another one, where somebody
        looks.
    :param at: the path of the block that asks.
    :raises ValueError: if it is not exactly one, what is said is not for it, or the chain cannot
        have what it fails at.
    """
    given = {"function": function, "state_machine": state_machine, "queue": queue}
    named = [name for name, taker in given.items() if taker is not None]
    if len(named) != 1:
        raise ValueError(
            f"one of function, state_machine and queue must be given, got "
            f"{' and '.join(named) or 'none'}: make a block for each (at {at})"
        )
    _refuse("retry_attempts", retry_attempts, function, "a function", at)
    _refuse("dead_letters_elsewhere", dead_letters_elsewhere or None, queue, "a queue", at)
    if function is not None:
        keep_last_failures(
            function,
            failures,
            retry_attempts=2 if retry_attempts is None else retry_attempts,
            max_event_age=max_event_age,
            at=at,
        )
    if state_machine is not None:
        keep_failed_executions(state_machine, failures, at=at)
    if queue is not None:
        if queue.fifo:
            raise ValueError(
                f"queue must not be FIFO, whose messages need a group, got {queue.node.path}: give "
                f"a queue that is not, or a function that sends to this one (at {at})"
            )
        check_dead_letters(queue, failures, elsewhere=dead_letters_elsewhere, at=at)


def _refuse(name: str, value: object, taker: object, wanted: str, at: str) -> None:
    if value is not None and taker is None:
        raise ValueError(f"{name} is for {wanted} only, got {value!r}: leave it out (at {at})")


def keep_failed_executions(
    machine: sfn.IStateMachine,
    failures: FailureChain,
    *,
    known_as: str | None = None,
    unsuccessful: tuple[str, ...] = UNSUCCESSFUL,
    at: str,
) -> None:
    """Let each execution that ends without success tell the chain, with its input.

    Whoever started it. Step Functions says so on the account's default bus of standard workflows,
    and of express ones nowhere ("Automating Step Functions event delivery with EventBridge").

    :param known_as: what the rule's id ends with. Default: the id of the state machine.
    :param unsuccessful: the statuses that count. Default: all but success.
    :param at: the path of the block that asks.
    :raises ValueError: if it is an express one, or ends in another chain already.
    """
    from aws_cdk import aws_stepfunctions as sfn

    if (
        isinstance(machine, sfn.StateMachine)
        and machine.state_machine_type is sfn.StateMachineType.EXPRESS
    ):
        raise ValueError(
            "state_machine must be a standard one, since nobody is told of failures of express "
            f"ones, got {machine.node.path}: make it standard, or start it from a function that "
            f"waits for it (at {at})"
        )
    if machine in _kept_by:
        other = _kept_by[machine]
        if other is not failures:
            raise ValueError(
                f"state_machine must end in one failure chain, which is {other.node.path} for "
                f"{machine.node.path}, got {failures.node.path}: its failed executions would be "
                f"brought back from both (at {at})"
            )
        return
    _kept_by[machine] = failures
    failures.let_bury("events.amazonaws.com")
    name = f"Failed{known_as or machine.node.id}"
    events.Rule(
        failures,
        f"{name}{machine.node.addr}" if failures.node.try_find_child(name) else name,
        event_pattern=events.EventPattern(
            source=["aws.states"],
            detail_type=["Step Functions Execution Status Change"],
            detail={"stateMachineArn": [machine.state_machine_arn], "status": [*unsuccessful]},
        ),
        targets=[cast(events.IRuleTarget, targets.SqsQueue(failures.queue))],
    )
