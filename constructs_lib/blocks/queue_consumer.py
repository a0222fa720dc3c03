"""A function that works off a queue, and loses no message."""

from aws_cdk import Duration
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.blocks.failure_chain import FailureChain
from constructs_lib.primitives import PythonFunction

FIVE_MINUTES = Duration.minutes(5)


class QueueConsumer(Construct):
    """A function behind an SQS queue.

    The function reports the messages of a batch that failed (`shared.consuming`); SQS hands them to
    it again until they are older than its patience. Then it sends them to the failure chain. Give
    the queue a visibility timeout of six times the function's timeout (AWS Lambda, SQS)::

        QueueConsumer(self, "Settling", queue=unsettled, function=settle, failures=failures)

    :param queue: what is worked off.
    :param function: what works.
    :param failures: where messages end that cannot be handled.
    :param batch_size: how many messages an invocation gets at most, 1 to 10. Default: 10.
    :param max_concurrency: how many invocations work at once, 2 to 1000. Default: Lambda decides.
    :param patience: how long a failing message is tried again. Default: 5 minutes.
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
        function.add_event_source(
            event_sources.SqsEventSource(
                queue,
                batch_size=batch_size,
                max_concurrency=max_concurrency,
                report_batch_item_failures=True,
            )
        )
        acknowledge(queue, SQS3="what cannot be handled ends in the failure chain")
        failures.let_park(function, patience=patience)
