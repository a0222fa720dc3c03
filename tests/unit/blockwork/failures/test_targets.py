import io
import json
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from blockwork.failures.messages import recognise
from blockwork.failures.redrive import RedriveError
from blockwork.failures.targets import Targets
from tests.unit.blockwork.failures.samples import (
    DEAD_LETTER,
    EVENT,
    EXECUTION,
    FUNCTION,
    MACHINE,
    STREAM,
    batch,
    execution,
    invocation,
    message,
)

SETTLE = "arn:aws:sqs:eu-west-2:111111111111:settle"


class FakeAws:
    """Clients of Lambda, SQS and DynamoDB Streams in one, with answers laid out in advance.

    :param answers: of the function, in order: what it returns, or an error to raise. The last one
        is for ever.
    """

    def __init__(self, *answers: Any, function_error: bool = False) -> None:
        self.answers = list(answers) or [None]
        self.function_error = function_error
        self.invoked: list[tuple[str, Any]] = []
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.status: str | None = "FAILED"
        self.ended_in, self.too_old = "TaskStateEntered", False
        self.redriven: list[tuple[str, str]] = []
        self.started: dict[str, tuple[str, Any]] = {}
        self.pages: list[list[dict[str, Any]]] = []
        self.filters: list[dict[str, Any]] = []
        self.trimmed = False

    def client(self, service: Any, **settings: Any) -> Any:
        return self

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        self.invoked.append((FunctionName, json.loads(Payload)))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        answered: dict[str, Any] = {"Payload": io.BytesIO(json.dumps(answer).encode())}
        return {**answered, "FunctionError": "Unhandled"} if self.function_error else answered

    class exceptions:  # noqa: N801 -- as boto3 has it
        class ExecutionAlreadyExists(Exception):  # noqa: N818
            """Of a client of Step Functions."""

        class ExecutionNotRedrivable(Exception):  # noqa: N818
            """Of a client of Step Functions."""

        class ExecutionDoesNotExist(Exception):  # noqa: N818
            """Of a client of Step Functions."""

    def get_execution_history(self, *, executionArn: str, **_how: object) -> dict[str, Any]:  # noqa: N803
        if self.status is None:
            raise self.exceptions.ExecutionDoesNotExist(executionArn)
        return {"events": [{"type": "ExecutionFailed"}, {"type": self.ended_in}]}

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803
        return {"status": self.status}

    def redrive_execution(self, *, executionArn: str, clientToken: str) -> None:  # noqa: N803
        if self.status != "FAILED" or self.too_old:
            raise self.exceptions.ExecutionNotRedrivable(f"it is {self.status}")
        self.status = "RUNNING"
        self.redriven.append((executionArn, clientToken))

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> None:  # noqa: A002, N803
        if name in self.started:
            raise self.exceptions.ExecutionAlreadyExists
        self.started[name] = (stateMachineArn, json.loads(input))

    def get_queue_url(self, **_queue: str) -> dict[str, str]:
        return {"QueueUrl": "url"}

    def send_message(
        self,
        *,
        QueueUrl: str,  # noqa: N803
        MessageBody: str,  # noqa: N803
        MessageAttributes: dict[str, Any],  # noqa: N803
    ) -> None:
        assert QueueUrl == "url"
        self.sent.append((MessageBody, MessageAttributes))

    def list_event_source_mappings(self, **_which: str) -> dict[str, Any]:
        filters = [{"Pattern": json.dumps(pattern)} for pattern in self.filters]
        return {"EventSourceMappings": [{"FilterCriteria": {"Filters": filters}}]}

    def get_shard_iterator(self, **_where: str) -> dict[str, str]:
        if self.trimmed:
            error: Any = {"Error": {"Code": "TrimmedDataAccessException"}}
            raise ClientError(error, "GetShardIterator")
        return {"ShardIterator": "0"}

    def get_records(self, *, ShardIterator: str) -> dict[str, Any]:  # noqa: N803
        page = int(ShardIterator)
        records = self.pages[page] if page < len(self.pages) else []
        return {"Records": records, "NextShardIterator": str(page + 1)}


def throttled() -> ClientError:
    return ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke")


def targets(aws: FakeAws, *, stopped: bool = False) -> Targets:
    stop = threading.Event()
    if stopped:
        stop.set()
    return Targets(aws, stop)


def record(number: int, name: str = "INSERT") -> dict[str, Any]:
    return {
        "eventID": str(number),
        "eventName": name,
        "dynamodb": {
            "SequenceNumber": str(number),
            "ApproximateCreationDateTime": datetime(2030, 1, 1, tzinfo=UTC),
            "NewImage": {"code": {"B": b"\x00"}},
        },
    }


def test_the_function_of_a_failed_invocation_gets_the_event_again() -> None:
    aws = FakeAws()

    targets(aws)(recognise(message(invocation())))

    assert aws.invoked == [(f"{FUNCTION}:$LATEST", EVENT)]


def test_a_queue_that_a_rule_could_not_reach_gets_the_event() -> None:
    aws = FakeAws()
    said = {**DEAD_LETTER, "TARGET_ARN": SETTLE}

    targets(aws)(recognise(message(EVENT, attributes=said)))

    assert aws.sent == [(json.dumps(EVENT), {})]


@pytest.mark.parametrize("body", ['{"b": 1,  "a": "\\u00e9"}', "no JSON", '"text"', " "])
def test_a_message_that_was_moved_goes_back_to_its_queue_as_it_was(body: str) -> None:
    aws = FakeAws()
    typed = {"Amount": {"DataType": "Number", "StringValue": "7"}}
    moved = replace(message(body), sent_with=typed, moved_from=SETTLE)

    targets(aws)(recognise(moved))

    assert aws.sent == [(body, typed)]


def test_a_function_that_fails_again_says_why() -> None:
    aws = FakeAws({"errorType": "MailError", "errorMessage": "still broken"}, function_error=True)

    with pytest.raises(RedriveError, match="MailError: still broken"):
        targets(aws)(recognise(message(invocation())))


def test_a_record_that_is_reported_as_failed_has_failed() -> None:
    aws = FakeAws({"batchItemFailures": [{"itemIdentifier": "1"}]})

    with pytest.raises(RedriveError, match="failed again"):
        targets(aws)(recognise(message(invocation({"Records": [{}]}))))


def test_a_throttled_function_is_asked_again() -> None:
    aws = FakeAws(throttled(), None)

    targets(aws)(recognise(message(invocation())))

    assert len(aws.invoked) == 2


def test_nobody_waits_for_a_throttled_function_after_ctrl_c() -> None:
    aws = FakeAws(throttled())

    with pytest.raises(RedriveError, match="throttled"):
        targets(aws, stopped=True)(recognise(message(invocation())))

    assert len(aws.invoked) == 1


def test_a_function_that_does_not_answer_in_time_is_not_invoked_twice() -> None:
    aws = FakeAws(ReadTimeoutError(endpoint_url="https://lambda"))

    with pytest.raises(RedriveError, match="timeout"):
        targets(aws)(recognise(message(invocation())))

    assert len(aws.invoked) == 1


def test_a_target_that_cannot_be_given_events_is_named() -> None:
    said = {**DEAD_LETTER, "TARGET_ARN": "arn:aws:batch:eu-west-2:111111111111:job-queue/x"}

    with pytest.raises(RedriveError, match="job-queue/x"):
        targets(FakeAws())(recognise(message(EVENT, attributes=said)))


def test_the_function_of_a_batch_gets_its_records_as_lambda_writes_them() -> None:
    aws = FakeAws()
    aws.pages = [[record(100)], [record(300), record(400)]]

    targets(aws)(recognise(message(batch(2))))

    (_, payload) = aws.invoked[0]
    assert payload["parked"] is True
    assert [r["dynamodb"]["SequenceNumber"] for r in payload["Records"]] == ["100", "300"]
    assert payload["Records"][0]["eventSourceARN"] == STREAM
    assert payload["Records"][0]["dynamodb"]["NewImage"] == {"code": {"B": "AA=="}}
    assert payload["Records"][0]["dynamodb"]["ApproximateCreationDateTime"] == 1893456000


def test_records_that_were_never_for_the_function_are_left_out() -> None:
    aws = FakeAws()
    aws.pages = [[record(100), record(200, "REMOVE"), record(300)]]
    aws.filters = [{"eventName": ["INSERT"]}]

    targets(aws)(recognise(message(batch(2))))

    (_, payload) = aws.invoked[0]
    assert [r["eventID"] for r in payload["Records"]] == ["100", "300"]


@pytest.mark.parametrize("trimmed", [True, False])
def test_records_that_the_stream_has_forgotten_fail_and_nothing_is_invoked(trimmed: bool) -> None:
    aws = FakeAws()
    aws.trimmed = trimmed
    aws.pages = [[record(300)]]

    with pytest.raises(RedriveError, match="24 hours"):
        targets(aws)(recognise(message(batch(2))))

    assert not aws.invoked


def test_a_state_machine_is_started_once_for_each_event_that_was_not_delivered() -> None:
    failure = recognise(message(EVENT, attributes={**DEAD_LETTER, "TARGET_ARN": MACHINE}))
    aws = FakeAws()
    targets = Targets(aws, threading.Event())

    targets(failure)
    targets(failure)  # as after a crash, before the message was deleted

    assert aws.started == {"redriven-m1": (MACHINE, EVENT)}


def test_an_execution_goes_on_where_it_failed_once_for_each_message() -> None:
    failure = recognise(message(execution(None)))
    aws = FakeAws()
    targets = Targets(aws, threading.Event())

    targets(failure)
    targets(failure)  # as after a crash, before the message was deleted
    aws.status = "SUCCEEDED"
    targets(failure)

    assert aws.redriven == [(EXECUTION, "redriven-m1")]
    assert aws.started == {}


@pytest.mark.parametrize(
    "change", [{"ended_in": "FailStateEntered"}, {"too_old": True}, {"status": None}]
)
def test_an_execution_that_cannot_go_on_begins_anew(change: dict[str, Any]) -> None:
    aws = FakeAws()
    vars(aws).update(change)

    targets(aws)(recognise(message(execution())))

    assert aws.redriven == []
    assert aws.started == {"redriven-m1": (MACHINE, EVENT)}


def test_an_execution_that_can_do_neither_says_so() -> None:
    aws = FakeAws()
    aws.too_old = True

    with pytest.raises(RedriveError, match=f"cannot go on .*too large.*{EXECUTION}"):
        targets(aws)(recognise(message(execution(None))))
