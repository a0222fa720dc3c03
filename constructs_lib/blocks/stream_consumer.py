"""A function that reacts to every change in a table or record of a stream, and loses none."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from constructs import Construct

from constructs_lib.asked_once import made_in, path_of
from constructs_lib.blocks.failure_chain import FailureChain
from constructs_lib.blocks.last_failures import check_role
from constructs_lib.defaults import Defaults
from constructs_lib.interfaces import AnyFunction
from constructs_lib.primitives.l2_options import refuse_time_outside, seconds_of, whole_seconds_of

SOME_RETRIES = 10
MOST_RETRIES = 10_000
"""The largest number Lambda takes: the age of a record ends its retries, not their count."""
OLDEST_RECORD = Duration.hours(6)
LONGEST_RECORD_AGE = 7 * 86_400
ONE_MINUTE = Duration.minutes(1)
LATE_SECONDS = 30 * 60


class StreamConsumer(Construct):
    """A function behind a DynamoDB stream or a Kinesis stream that no poison record can block.

    Any function will do. A batch it raises at is halved until the poison is alone, and one of which
    it reports records (`batchItemFailures`, AWS Lambda, "Handling errors with a DynamoDB event
    source") goes on from the first of them. What still fails after all retries is given up: Lambda
    leaves a note in the failure chain where in the stream to look, and goes on::

        StreamConsumer(
            self, "Issuing", source=orders, function=issue_invoice, failures=failures,
            filters=[lambda_.FilterCriteria.filter({"eventName": ["INSERT"]})],
        )

    A stream forgets its records, DynamoDB's after 24 hours, and then such a note is worth nothing.
    A handler that parks, as those of the runtime kit do (`consume_stream`), sends a record to the
    chain itself, whole, once it is older than `parks_after`. Lambda gives up only those that it
    could not park, because it crashed or timed out.

    Its `alarm` goes off when records wait for half an hour, or for half of `max_record_age` where
    that is less: something holds them up, or more comes than is worked off.

    :param source: a table with a stream, or a Kinesis stream; of this app or imported.
    :param function: what reacts, in any language; an imported one with its role.
    :param failures: where records end that cannot be handled.
    :param filters: which records; each made by `lambda_.FilterCriteria.filter`. Default: all.
    :param batch_size: how many records an invocation gets at most. Default: 10.
    :param parks_after: how long a failing record is tried again before the handler parks it, less
        than `max_record_age`. Only for handlers that do: they are told by their environment, see
        :meth:`FailureChain.let_park`. Default: the handler does not park.
    :param retry_attempts: how often a batch that failed is tried again, 0 to 10,000; halving it is
        no retry. Default: 10; where the handler parks, as often as the record's age lets it.
    :param max_record_age: how old a record may be, 1 minute to 7 days; an older one is given up,
        also one that was never tried. Default: 6 hours.
    :raises ValueError: if a number is out of its bounds, the table has no stream, a function is to
        park that cannot be told so, or was imported without its role.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        source: dynamodb.ITable | kinesis.IStream,
        function: AnyFunction,
        failures: FailureChain,
        filters: Sequence[Mapping[str, Any]] | None = None,
        batch_size: int = 10,
        parks_after: Duration | None = None,
        retry_attempts: int | None = None,
        max_record_age: Duration = OLDEST_RECORD,
    ) -> None:
        super().__init__(scope, id_)
        made_in(scope, id_, self)
        if retry_attempts is None:
            retry_attempts = MOST_RETRIES if parks_after else SOME_RETRIES
        _check_bounds(retry_attempts, max_record_age, parks_after, at=path_of(self))
        check_role(function, at=path_of(self))
        # Imported ones are told apart by what they have: they are of no class of their own.
        of_kinesis = hasattr(source, "stream_arn")
        if not of_kinesis and not _has_stream(cast(dynamodb.ITable, source)):
            raise ValueError(
                "source must be a table with a stream (stream=StreamViewType.NEW_AND_OLD_IMAGES; "
                "an imported one is told by from_table_attributes(table_stream_arn=…)), got "
                f"{source.node.path} without one (at {path_of(self)})"
            )
        kind = event_sources.KinesisEventSource if of_kinesis else event_sources.DynamoEventSource
        function.add_event_source(
            kind(
                source,  # type: ignore[arg-type]
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=batch_size,
                filters=filters,
                bisect_batch_on_error=True,
                report_batch_item_failures=True,
                retry_attempts=retry_attempts,
                max_record_age=max_record_age,
                on_failure=cast(lambda_.IEventSourceDlq, event_sources.SnsDlq(failures.topic)),
            )
        )
        if parks_after:
            failures.let_park(function, patience=parks_after)
        self._function = function
        seconds = seconds_of(max_record_age) or LONGEST_RECORD_AGE
        self.alarm = self.metric_age().create_alarm(
            self,
            "Alarm",
            alarm_description=f"Records wait for {path_of(self)}: what fails there is in its log, "
            "and they are given up one day",
            threshold=1000 * min(LATE_SECONDS, seconds / 2),
            evaluation_periods=3,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        Defaults.of(self).watch(self.alarm)

    def metric_age(self) -> cloudwatch.Metric:
        """How old the last record was that the function was given, in milliseconds."""
        return self._function.metric("IteratorAge", statistic="Maximum", period=ONE_MINUTE)


def _has_stream(table: dynamodb.ITable) -> bool:
    made = table.node.default_child
    if isinstance(made, dynamodb.CfnTable | dynamodb.CfnGlobalTable):
        # What the property itself returns is still to be resolved, and then no value of its type.
        return "streamSpecification" in Stack.of(table).resolve(made._cfn_properties)
    return table.table_stream_arn is not None


def _check_bounds(
    retry_attempts: int, max_record_age: Duration, parks_after: Duration | None, *, at: str
) -> None:
    if not 0 <= retry_attempts <= MOST_RETRIES:
        raise ValueError(
            f"retry_attempts must be between 0 and {MOST_RETRIES:,}, since a record that is tried "
            f"for ever blocks all behind it, got {retry_attempts} (at {at})"
        )
    refuse_time_outside("max_record_age", max_record_age, 60, LONGEST_RECORD_AGE, at)
    if parks_after and whole_seconds_of(parks_after) >= whole_seconds_of(max_record_age):
        raise ValueError(
            f"parks_after must be less than {max_record_age.to_human_string()}, when Lambda gives "
            f"the record up, got {parks_after.to_human_string()} (at {at})"
        )
