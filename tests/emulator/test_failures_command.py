"""`failures` against real queues and functions: none lost, none twice."""

import json
import os
import re
import signal
from collections.abc import Iterator

import pytest

from tests.emulator.failure_chain import (
    SERVICE,
    Chain,
    dead_letter,
    deploy_chain,
    event,
    invocation,
)
from tests.emulator.support import Aws, eventually
from tests.waiting import finish


@pytest.fixture(scope="module")
def deployed(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    return deploy_chain(aws, tmp_path_factory.mktemp("stage"))


@pytest.fixture
def chain(deployed: Chain) -> Iterator[Chain]:
    yield deployed
    deployed.sqs.purge_queue(QueueUrl=deployed.queue)


def test_looking_says_what_waits_and_takes_nothing_out(chain: Chain) -> None:
    for n in range(12):
        chain.put(event(f"look-{n}"))

    listed = chain.run("list")
    shown = chain.run("show", SERVICE)
    dry = chain.run("redrive", SERVICE, "--dry-run")

    assert re.search(rf"{SERVICE} +12 .*MailError: no such sender.*VoucherPaid", listed.stdout)
    assert shown.stdout.count('"requestPayload"') == 12
    assert "12 would be redriven, 0 cannot be" in dry.stdout
    assert chain.depth() == (12, 0)
    assert not any(id_.startswith("look") for id_ in chain.runs())


def test_every_form_is_run_again_once_and_deleted(chain: Chain) -> None:
    chain.put(event("invoked"))
    chain.put(event("undelivered"), **dead_letter(chain))
    chain.put({"Records": [{"id": "parked", "eventSource": "aws:dynamodb"}]})

    done = chain.run("redrive", SERVICE)

    assert done.stdout.splitlines()[-1] == "3 redriven, 0 failed, 0 left"
    assert done.returncode == 0
    assert chain.depth() == (0, 0)
    assert {id_: chain.runs()[id_] for id_ in ("invoked", "undelivered", "parked")} == {
        "invoked": 1,
        "undelivered": 1,
        "parked": 1,
    }


def test_what_sqs_moved_goes_back_to_its_queue_as_it_was(chain: Chain) -> None:
    work = chain.outputs["WorkUrl"]
    sent = {
        "MessageBody": '{"key":  "k1"}',
        "MessageAttributes": {"Tries": {"DataType": "Number", "StringValue": "7"}},
    }
    chain.sqs.send_message(QueueUrl=work, **sent)
    take = {"QueueUrl": work, "VisibilityTimeout": 0, "MessageAttributeNames": ["All"]}
    for _ in range(3):  # as a function does that crashes: it takes and never deletes
        chain.sqs.receive_message(**take)
    assert chain.depth() == (1, 0)

    shown = chain.run("show", SERVICE)
    done = chain.run("redrive", SERVICE)

    assert "message of a queue" in shown.stdout
    assert done.stdout.splitlines()[-1] == "1 redriven, 0 failed, 0 left"
    assert chain.depth() == (0, 0)
    (back,) = chain.sqs.receive_message(**take)["Messages"]
    assert (back["Body"], back["MessageAttributes"]) == tuple(sent.values())
    chain.sqs.purge_queue(QueueUrl=work)


def test_the_records_of_a_batch_are_fetched_from_the_stream(chain: Chain) -> None:
    streams = chain.aws.client("dynamodbstreams")
    stream = chain.outputs["StreamArn"]
    for id_ in ("stream-1", "stream-2"):
        chain.dynamodb.put_item(TableName=chain.outputs["RunsName"], Item={"id": {"S": id_}})
    shard = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(
        StreamArn=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    numbers = {
        record["dynamodb"]["Keys"]["id"]["S"]: record["dynamodb"]["SequenceNumber"]
        for record in streams.get_records(ShardIterator=iterator)["Records"]
    }
    record = invocation(chain.outputs["ConsumerArn"], None)
    del record["requestPayload"]
    record["DDBStreamBatchInfo"] = {
        "shardId": shard,
        "startSequenceNumber": numbers["stream-1"],
        "endSequenceNumber": numbers["stream-2"],
        "batchSize": 2,
        "streamArn": stream,
    }
    chain.sqs.send_message(QueueUrl=chain.queue, MessageBody=json.dumps(record))

    done = chain.run("redrive", SERVICE)

    assert "1 redriven, 0 failed, 0 left" in done.stdout
    assert (chain.runs()["stream-1"], chain.runs()["stream-2"]) == (1, 1)


def test_what_fails_again_stays_and_the_command_says_so(chain: Chain) -> None:
    chain.put(event("mended"))
    chain.put(event("poison", broken=True))

    done = chain.run("redrive")

    assert done.returncode == 1
    assert "no such sender" in done.stdout
    # Chains of other tests are in the emulator too, and each has a line then.
    assert re.search(rf"^({SERVICE}: )?1 redriven, 1 failed, 1 left$", done.stdout, re.M)
    assert chain.depth() == (1, 0)


def test_ctrl_c_finishes_what_has_begun_and_the_next_run_does_the_rest(chain: Chain) -> None:
    expected = {f"slow-{n}" for n in range(30)}
    for id_ in expected:
        chain.put(event(id_, gate="interrupted"))

    first = chain.start("redrive", SERVICE)
    eventually(lambda: expected & chain.begun())
    first.send_signal(signal.SIGINT)
    assert first.stderr is not None
    assert "Finishing what has begun" in first.stderr.readline()
    chain.open("interrupted")
    out = finish(first).stdout
    done, left = map(int, re.findall(r"(\d+) redriven, 0 failed, (\d+) left", out)[0])

    assert first.returncode == 130
    assert 0 < done < 30
    assert chain.depth() == (left, 0) == (30 - done, 0)

    again = chain.run("redrive", SERVICE)

    assert f"{left} redriven, 0 failed, 0 left" in again.stdout
    assert {id_: n for id_, n in chain.runs().items() if id_ in expected} == dict.fromkeys(
        expected, 1
    )


def test_a_killed_redrive_loses_nothing(chain: Chain) -> None:
    expected = {f"killed-{n}" for n in range(12)}
    for id_ in expected:
        chain.put(event(id_, gate="killed"))

    first = chain.start("redrive", SERVICE)
    eventually(lambda: expected & chain.begun())
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()

    assert sum(chain.depth()) == 12
    chain.open("killed")


def test_one_message_is_dropped_with_a_record_of_it(chain: Chain) -> None:
    chain.put(event("kept"))
    chain.put(event("dropped"))
    shown = chain.run("show", SERVICE).stdout
    id_ = re.findall(rf"{SERVICE} (\S+)(?=(?:(?!{SERVICE} ).)*\"id\": \"dropped\")", shown, re.S)[
        -1
    ]

    dropped = chain.run("drop", SERVICE, "--id", id_, "--reason", "test data")

    record = json.loads(dropped.stdout)
    assert record["reason"] == "test data"
    assert record["failure"]["message"]["requestPayload"]["id"] == "dropped"
    kept = chain.aws.client("logs").filter_log_events(
        logGroupName="/blockwork/local/dropped-failures"
    )["events"]
    assert [json.loads(entry["message"]) for entry in kept] == [record]
    assert chain.depth() == (1, 0)
    assert '"id": "kept"' in chain.run("show", SERVICE).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("show", "vouchers"),
            "failure chain, or a part of its name that no other has; 'vouchers' is in no name",
        ),
        (("show", SERVICE, "--id", "none"), f"No message none waits in {SERVICE}."),
        (("drop", SERVICE, "--id", "x", "--reason", " "), "--reason must say why"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    chain: Chain, arguments: tuple[str, ...], said: str
) -> None:
    done = chain.run(*arguments)

    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_many_are_redriven_several_at_once(chain: Chain) -> None:
    expected = {f"many-{n}" for n in range(50)}
    for id_ in expected:
        chain.put(event(id_, gate="many"))

    command = chain.start("redrive", SERVICE)
    at_once = eventually(lambda: len(expected & chain.begun()) > 1)
    chain.open("many")

    assert at_once  # as none of them could have ended
    assert "50 redriven, 0 failed, 0 left" in finish(command).stdout
