"""A function that reacts to every change in a table or record of a stream, and loses none."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from constructs import Construct

from constructs_lib.blocks.failure_chain import FailureChain
from constructs_lib.primitives import PythonFunction

FIVE_MINUTES = Duration.minutes(5)
MOST_RETRIES = 10_000
"""The largest number Lambda takes: the age of a record ends its retries, not their count."""
OLDEST_RECORD = Duration.hours(6)


class StreamConsumer(Construct):
    """A function behind a DynamoDB stream or a Kinesis stream that no poison record can block.

    The function reports the records of a batch that failed (`shared.consuming`); Lambda hands them
    to it again until they are older than its patience. Then it sends them to the failure chain,
    whole, and goes on. Only where it cannot do that itself, because it crashes or times out, Lambda
    gives up after six hours and leaves a note in the chain where in the stream to look::

        StreamConsumer(
            self, "Issuing", source=orders, function=issue_invoice, failures=failures,
            filters=[lambda_.FilterCriteria.filter({"eventName": ["INSERT"]})],
        )

    :param source: a table with a stream, or a Kinesis stream.
    :param function: what reacts.
    :param failures: where records end that cannot be handled.
    :param filters: which records; each made by `lambda_.FilterCriteria.filter`. Default: all.
    :param batch_size: how many records an invocation gets at most. Default: 10.
    :param patience: how long a failing record is tried again, less than 6 hours. Default:
        5 minutes.
    :raises ValueError: if the patience is not shorter than 6 hours.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        source: dynamodb.ITable | kinesis.IStream,
        function: PythonFunction,
        failures: FailureChain,
        filters: Sequence[Mapping[str, Any]] | None = None,
        batch_size: int = 10,
        patience: Duration = FIVE_MINUTES,
    ) -> None:
        super().__init__(scope, id_)
        if patience.to_seconds() >= OLDEST_RECORD.to_seconds():
            raise ValueError(
                f"patience must be less than 6 hours, got {patience.to_human_string()} "
                f"(at {self.node.path})"
            )
        kind = (
            event_sources.KinesisEventSource
            if isinstance(source, kinesis.Stream)
            else event_sources.DynamoEventSource
        )
        function.add_event_source(
            kind(
                source,  # type: ignore[arg-type]
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=batch_size,
                filters=filters,
                bisect_batch_on_error=True,
                report_batch_item_failures=True,
                retry_attempts=MOST_RETRIES,
                max_record_age=OLDEST_RECORD,
                on_failure=event_sources.SnsDlq(failures.topic),
            )
        )
        failures.let_park(function, patience=patience)
