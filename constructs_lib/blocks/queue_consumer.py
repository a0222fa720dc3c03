"""A function that works off a queue, and loses no message."""

from aws_cdk import Duration
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs_lib.blocks.failure_chain import FailureChain
from constructs_lib.primitives import PythonFunction

FIVE_MINUTES = Duration.minutes(5)


class QueueConsumer(Construct):
    """A function behind an SQS queue.

    The function reports the messages of a batch that failed (`shared.consuming`); SQS hands them to
    it again until they are older than its patience. Then it sends them to the failure chain. Only
    where it cannot, because it crashes or times out, SQS moves them there. Give the queue a
    visibility timeout of six times the function's timeout (AWS Lambda, SQS)::

        unsettled = Queue(
            self, "Unsettled", visibility_timeout=Duration.minutes(3),
            dead_letter_queue=failures.dead_letter_queue(),
        )
        QueueConsumer(self, "Settling", queue=unsettled, function=settle, failures=failures)

    :param queue: what is worked off; one of this app must have a dead-letter queue.
    :param function: what works.
    :param failures: where messages end that cannot be handled.
    :param batch_size: how many messages an invocation gets at most, 1 to 10. Default: 10.
    :param max_concurrency: how many invocations work at once, 2 to 1000. Default: Lambda decides.
    :param patience: how long a failing message is tried again. Default: 5 minutes.
    :raises ValueError: if the queue would keep a message that is never done until it expires.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        queue: sqs.IQueue,
        function: PythonFunction,
        failures: FailureChain,
        batch_size: int = 10,
        max_concurrency: int | None = None,
        patience: Duration = FIVE_MINUTES,
    ) -> None:
        super().__init__(scope, id_)
        if isinstance(queue, sqs.Queue) and queue.dead_letter_queue is None:
            raise ValueError(
                "queue must have a dead-letter queue, such as failures.dead_letter_queue(), got "
                f"{queue.node.path} without one (at {self.node.path})"
            )
        function.add_event_source(
            event_sources.SqsEventSource(
                queue,
                batch_size=batch_size,
                max_concurrency=max_concurrency,
                report_batch_item_failures=True,
            )
        )
        failures.let_park(function, patience=patience)
