import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from blockwork.failures.messages import as_json, name_of, recognise
from tests.unit.blockwork.failures.samples import (
    DEAD_LETTER,
    EVENT,
    FUNCTION,
    MACHINE,
    NOON,
    STREAM,
    batch,
    execution,
    invocation,
    message,
)


def test_a_failed_invocation_says_function_event_error_time_and_attempts() -> None:
    failure = recognise(message(invocation()))

    assert failure.origin == "asynchronous invocation"
    assert failure.target == f"{FUNCTION}:$LATEST"
    assert failure.function == "Dev-Vouchers-MailVoucher"
    assert failure.payload == EVENT
    assert failure.event == "VoucherPaid"
    assert failure.error == "MailError: no such sender"
    assert failure.attempts == 3
    assert failure.failed_at == datetime(2030, 1, 1, 11, 59, tzinfo=UTC)
    assert failure.obstacle is None


def test_an_invocation_that_never_answered_says_the_condition_as_its_error() -> None:
    record = invocation()
    del record["responsePayload"]

    assert recognise(message(record)).error == "RetriesExhausted"


def test_an_invocation_without_its_event_cannot_be_run_again() -> None:
    record = invocation()
    del record["requestPayload"]

    assert "does not carry the event" in str(recognise(message(record)).obstacle)


def test_a_parked_record_is_an_invocation_with_that_one_record() -> None:
    payload = {"Records": [{"eventSource": "aws:dynamodb", "eventName": "INSERT"}]}

    failure = recognise(message(invocation(payload)))

    assert failure.origin == "record of a batch"
    assert failure.event == "aws:dynamodb INSERT"
    assert failure.payload == payload


def test_a_batch_of_a_stream_says_where_its_records_are() -> None:
    failure = recognise(message(batch()))

    assert failure.origin == "batch of a stream"
    assert failure.event == "2 records of Vouchers"
    assert failure.batch is not None
    assert (failure.batch.stream_arn, failure.batch.first, failure.batch.last) == (
        STREAM,
        "100",
        "300",
    )


def test_a_dead_letter_of_a_rule_says_the_target_and_why_it_was_not_reached() -> None:
    failure = recognise(message(EVENT, attributes=DEAD_LETTER))

    assert failure.origin == "delivery by a rule"
    assert failure.target == FUNCTION
    assert failure.payload == EVENT
    assert failure.error == "NO_PERMISSIONS: not allowed"
    assert failure.attempts == 5
    assert failure.failed_at == NOON


def test_a_dead_letter_of_a_schedule_with_a_cut_off_payload_cannot_be_run_again() -> None:
    said = {"TARGET_ARN": FUNCTION, "SCHEDULE_ARN": "arn", "IS_PAYLOAD_TRUNCATED": "true"}

    failure = recognise(message("{}", attributes=said))

    assert failure.origin == "delivery by a schedule"
    assert "cut off" in str(failure.obstacle)


@pytest.mark.parametrize("body", ["no JSON", json.dumps(invocation())])
def test_what_sqs_moved_is_for_the_queue_it_was_moved_from_whatever_it_says(body: str) -> None:
    queue = "arn:aws:sqs:eu-west-2:111111111111:settle"
    moved = replace(message(body, attributes=DEAD_LETTER), moved_from=queue)

    failure = recognise(moved)

    assert (failure.origin, failure.target, failure.function) == (
        "message of a queue",
        queue,
        "settle",
    )
    assert failure.obstacle is None


@pytest.mark.parametrize("body", ["not JSON", "[]", '{"requestContext": 1}', "{}"])
def test_a_message_of_no_known_form_is_shown_and_never_run(body: str) -> None:
    failure = recognise(message(body))

    assert failure.target is None
    assert failure.obstacle is not None
    assert as_json(failure)["messageId"] == "m1"


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        (f"{FUNCTION}:$LATEST", "Dev-Vouchers-MailVoucher"),
        (f"{FUNCTION}:live", "Dev-Vouchers-MailVoucher:live"),
        (STREAM, "Vouchers"),
        ("arn:aws:sqs:eu-west-2:111111111111:settle", "settle"),
        ("nonsense", "nonsense"),
    ],
)
def test_a_name_is_read_out_of_its_arn(arn: str, name: str) -> None:
    assert name_of(arn) == name


def test_a_failed_execution_says_machine_input_and_error() -> None:
    failure = recognise(message(execution()))

    assert failure.origin == "execution of a state machine"
    assert (failure.target, failure.function) == (MACHINE, "Dev-Orders-Fulfil")
    assert (failure.payload, failure.event) == (EVENT, "VoucherPaid")
    assert failure.error == "MailError: no such sender"
    assert failure.obstacle is None


def test_an_execution_that_ran_out_of_time_says_so() -> None:
    ended = execution(status="TIMED_OUT", error=None, cause=None)

    assert recognise(message(ended)).error == "TIMED_OUT"


def test_an_execution_without_its_input_can_still_go_on() -> None:
    failure = recognise(message(execution(None)))

    assert failure.payload is None
    assert str(failure.execution).endswith(":execution:Dev-Orders-Fulfil:e1")
    assert failure.obstacle is None
