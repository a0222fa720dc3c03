"""A function that works off a queue, and loses no message."""

from typing import cast

from aws_cdk import Duration, Token
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs_lib.asked_once import made_in, path_of
from constructs_lib.blocks.failure_chain import FailureChain
from constructs_lib.interfaces import AnyFunction

MOST_AT_ONCE = 10
HIDDEN_SECONDS = 30
"""What SQS takes for a queue's visibility timeout where it is told none."""
RUNS_SECONDS = 3
"""What Lambda takes for a function's timeout where it is told none."""


class QueueConsumer(Construct):
    """A function behind an SQS queue.

    What the function never gets done, the queue itself moves to the failure chain, after as many
    attempts as its dead-letter queue says. Any function will do: one that raises, and one that
    reports which messages of a batch failed (`batchItemFailures`, AWS Lambda, "Handling errors for
    an SQS event source"). Give the queue a visibility timeout of six times the function's timeout
    (AWS Lambda, SQS)::

        work = Queue(
            self, "Work", visibility_timeout=Duration.minutes(3),
            dead_letter_queue=failures.dead_letter_queue(),
        )
        QueueConsumer(self, "Working", queue=work, function=settle, failures=failures)

    A handler that parks, as those of the runtime kit do (`consume_queue`), sends a message to the
    chain itself, with its error, once it is older than `parks_after`. SQS moves only those there
    that it could not park, because it crashed or timed out.

    :param queue: what is worked off, of this app or imported.
    :param function: what works.
    :param failures: where messages end that cannot be handled; the queue's dead-letter queue must
        be this chain's.
    :param dead_letters_elsewhere: say so of a queue that moves what is never done to another
        queue, where somebody looks: of every imported one, since an app does not see what it does.
        Default: it does not.
    :param batch_size: how many messages an invocation gets at most. More than one is for a handler
        that reports failed messages: where another one raises, all of its batch has failed, and
        comes again. Default: 10 where the handler parks, else 1.
    :param max_concurrency: how many invocations work at once, 2 to 1000. Default: Lambda decides.
    :param parks_after: how long a failing message is tried again before the handler parks it. Only
        for handlers that do: they are told by their environment, see :meth:`FailureChain.let_park`.
        Default: the handler does not park.
    :raises ValueError: if the queue would keep a message that is never done until it expires, or
        moves it where nobody looks; or hands a message out again while the function may still be
        at it; or a function is to park that cannot be told so.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        queue: sqs.IQueue,
        function: AnyFunction,
        failures: FailureChain,
        dead_letters_elsewhere: bool = False,
        batch_size: int | None = None,
        max_concurrency: int | None = None,
        parks_after: Duration | None = None,
    ) -> None:
        super().__init__(scope, id_)
        made_in(scope, id_, self)
        check_dead_letters(queue, failures, elsewhere=dead_letters_elsewhere, at=path_of(self))
        _check_visibility(queue, function, at=path_of(self))
        function.add_event_source(
            event_sources.SqsEventSource(
                queue,
                batch_size=batch_size or (MOST_AT_ONCE if parks_after else 1),
                max_concurrency=max_concurrency,
                report_batch_item_failures=True,
            )
        )
        if parks_after:
            failures.let_park(function, patience=parks_after)


def check_dead_letters(
    queue: sqs.IQueue, failures: FailureChain, *, elsewhere: bool, at: str
) -> None:
    """Refuse a queue that would keep a message that is never done, or move it where nobody looks.

    :param elsewhere: somebody looks there.
    :param at: the path of the block that asks.
    :raises ValueError: with the way out.
    """
    if not isinstance(queue, sqs.Queue):
        if not elsewhere:
            raise ValueError(
                "queue must have a dead-letter queue, which cannot be seen of an imported one, got "
                f"{queue.node.path}: make sure that it has one and that somebody looks there, then "
                f"say dead_letters_elsewhere=True (at {at})"
            )
        return
    dead_letters = queue.dead_letter_queue
    if dead_letters is None:
        raise ValueError(
            "queue must have a dead-letter queue, such as failures.dead_letter_queue(), got "
            f"{queue.node.path} without one (at {at})"
        )
    if dead_letters.queue.node.path != failures.queue.node.path and not elsewhere:
        raise ValueError(
            f"queue must move what is never done to the chain, {failures.queue.node.path}, by "
            f"failures.dead_letter_queue(), got {queue.node.path}, which moves it to "
            f"{dead_letters.queue.node.path}: if somebody looks there, say "
            f"dead_letters_elsewhere=True (at {at})"
        )


def _check_visibility(queue: sqs.IQueue, function: AnyFunction, *, at: str) -> None:
    if not isinstance(queue, sqs.Queue) or not isinstance(function, lambda_.Function):
        return
    hidden = cast(sqs.CfnQueue, queue.node.default_child).visibility_timeout
    timeout = function.timeout
    if Token.is_unresolved(hidden) or (timeout and timeout.is_unresolved()):
        return
    hides = HIDDEN_SECONDS if hidden is None else hidden
    runs = timeout.to_seconds() if timeout else RUNS_SECONDS
    if hides < runs:
        raise ValueError(
            f"queue must hide a message for {runs:.0f} seconds at least, as long as "
            f"{function.node.path} may run, and better for six times as long, got "
            f"{queue.node.path}, which hides it for {hides:.0f} seconds: give it "
            f"visibility_timeout=Duration.seconds({runs * 6:.0f}), or the function a shorter "
            f"timeout (at {at})"
        )
