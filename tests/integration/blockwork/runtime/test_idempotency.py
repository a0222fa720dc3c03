import time
from typing import TYPE_CHECKING, cast

import boto3
import pytest
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
)
from aws_lambda_powertools.utilities.typing import LambdaContext

from blockwork.runtime.idempotency import OnceTable
from tests.integration.lost_answers import lose_first_answer
from tests.unit.lambda_src.events import CONTEXT, FakeContext

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DAY = 24 * 60 * 60


class Cut(BaseException):
    """Lambda ends the invocation in the middle: nothing after it runs."""


class Work:
    """Counts how often it was done, after failing as often as it was told to."""

    def __init__(self, *, failures: int = 0, error: BaseException | None = None) -> None:
        self.failures = failures
        self.error = error or RuntimeError("the mail server is down")
        self.done = 0

    def __call__(self) -> None:
        if self.failures:
            self.failures -= 1
            raise self.error
        self.done += 1


@pytest.fixture
def client(aws: pytest.MonkeyPatch) -> "DynamoDBClient":
    aws.setenv("IDEMPOTENCY_TABLE", "once")
    client = boto3.client("dynamodb")
    client.create_table(
        TableName="once",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


@pytest.fixture
def once(client: "DynamoDBClient") -> OnceTable:
    return OnceTable.from_environment()


def days_pass(client: "DynamoDBClient", days: int) -> None:
    """Let what is remembered be older than it is."""
    for item in client.scan(TableName="once")["Items"]:
        expiration = int(item["expiration"]["N"]) - days * DAY
        client.put_item(TableName="once", Item={**item, "expiration": {"N": str(expiration)}})


def test_work_is_done_once_for_each_key_and_consumer(once: OnceTable) -> None:
    work = Work()

    ran = [
        once.run(consumer, key, work, context=CONTEXT)
        for consumer, key in [("mail", "e1"), ("mail", "e1"), ("mail", "e2"), ("push", "e1")]
    ]

    assert ran == [True, False, True, True]
    assert work.done == 3


def test_a_duplicate_that_comes_while_the_first_is_being_handled_is_left_for_later(
    once: OnceTable,
) -> None:
    work = Work()

    def slow_work() -> None:
        with pytest.raises(IdempotencyAlreadyInProgressError):
            once.run("mail", "e1", work, context=CONTEXT)

    assert once.run("mail", "e1", slow_work, context=CONTEXT)
    assert not once.run("mail", "e1", work, context=CONTEXT)
    assert work.done == 0


def test_work_whose_lock_was_not_answered_is_done_at_once(client: "DynamoDBClient") -> None:
    own = boto3.client("dynamodb")
    sent = lose_first_answer(own, "PutItem")
    work = Work()

    assert OnceTable(own, "once").run("mail", "e1", work, context=CONTEXT)

    assert (len(sent), work.done) == (2, 1)
    assert not OnceTable.from_environment().run("mail", "e1", work, context=CONTEXT)


def test_a_lock_that_was_not_answered_lets_nobody_else_in(client: "DynamoDBClient") -> None:
    own = boto3.client("dynamodb")
    lose_first_answer(own, "PutItem")
    work = Work()

    def slow_work() -> None:
        for other in (OnceTable.from_environment(), mine):
            with pytest.raises(IdempotencyAlreadyInProgressError):
                other.run("mail", "e1", work, context=CONTEXT)

    mine = OnceTable(own, "once")
    assert mine.run("mail", "e1", slow_work, context=CONTEXT)
    assert work.done == 0


def test_work_that_failed_is_done_by_the_retry(once: OnceTable) -> None:
    work = Work(failures=1)

    with pytest.raises(RuntimeError, match="the mail server is down"):
        once.run("mail", "e1", work, context=CONTEXT)

    assert once.run("mail", "e1", work, context=CONTEXT)
    assert work.done == 1


def test_work_that_was_cut_off_is_done_again_once_its_invocation_must_have_ended(
    once: OnceTable,
) -> None:
    work = Work(failures=1, error=Cut())
    brief = cast(LambdaContext, FakeContext(remaining_ms=300))

    with pytest.raises(Cut):
        once.run("mail", "e1", work, context=brief)
    with pytest.raises(IdempotencyAlreadyInProgressError):
        once.run("mail", "e1", work, context=CONTEXT)
    time.sleep(0.31)

    assert once.run("mail", "e1", work, context=CONTEXT)
    assert work.done == 1


@pytest.mark.parametrize(("days", "again"), [(39, False), (41, True)])
def test_a_replay_from_an_archive_of_thirty_days_repeats_nothing(
    once: OnceTable, client: "DynamoDBClient", days: int, again: bool
) -> None:
    work = Work()
    once.run("mail", "e1", work, context=CONTEXT)

    days_pass(client, days)

    assert once.run("mail", "e1", work, context=CONTEXT) is again


def test_what_is_remembered_leaves_the_table_by_itself(
    once: OnceTable, client: "DynamoDBClient"
) -> None:
    once.run("mail", "e1", Work(), context=CONTEXT)

    (item,) = client.scan(TableName="once")["Items"]
    assert int(item["expiration"]["N"]) == pytest.approx(time.time() + 40 * DAY, abs=60)
