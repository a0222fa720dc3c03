"""What meters send themselves, a half hour after the other, and what becomes of it."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.e2e.accounts import grant, refresh
from tests.e2e.audience import IN_A_BATCH
from tests.e2e.campaigning import table_of
from tests.e2e.conftest import NewAccount, Tokens, aws, bearer, run_tool, sign_in_by_srp
from tests.e2e.failure_chains import assert_nothing_waits, waiting
from tests.e2e.uploading import Uploader
from tests.waiting import PATIENCE, eventually

STACK = "Local-Readings"
METERS = 1_000
AT_ONCE = 8
SOME, STEP = 20, 25
LARGE = 300_000
"""Bytes, more than a failure chain takes."""
HALF_HOUR, NEXT = "2026-03-01T00:30:00.000Z", "2026-03-01T01:00:00.000Z"


@pytest.fixture(scope="module")
def owner_of(
    config: dict[str, Any], readings: httpx.Client, new_account: NewAccount
) -> Callable[[], Uploader]:
    """Return what makes somebody without a meter."""

    def make() -> Uploader:
        account = new_account("customers")
        tokens = sign_in_by_srp(config, account.email, account.password)
        return Uploader(readings=readings, tokens=tokens, user_id=account.user_id)

    return make


@pytest.fixture
def owner(owner_of: Callable[[], Uploader], platform: dict[str, Any]) -> Uploader:
    """Return somebody whose one meter is called as they are."""
    somebody = owner_of()
    registered(platform, somebody, somebody.user_id)
    return somebody


@pytest.fixture
def chain(platform: dict[str, Any]) -> Iterator[None]:
    """Let nothing wait in the failure chain before, and nothing after."""
    assert_nothing_waits(platform, "readings")
    yield
    shown = run_tool(platform, "failures", "show", "readings", "--json").stdout
    for message in json.loads(shown):
        words = ("--id", message["messageId"], "--reason", "made up by a test")
        run_tool(platform, "failures", "drop", "readings", *words)
    assert_nothing_waits(platform, "readings")


def registered(platform: dict[str, Any], owner: Uploader, *meters: str) -> None:
    """Make meters somebody's, as `PUT /meters/{meterId}` writes it, a thousand at once."""
    table, dynamodb = table_of(platform, STACK, "Meters"), aws(platform, "dynamodb")
    for start in range(0, len(meters), IN_A_BATCH):
        items = [
            {"meterId": {"S": meter}, "userId": {"S": owner.user_id}}
            for meter in meters[start : start + IN_A_BATCH]
        ]
        left = {table: [{"PutRequest": {"Item": item}} for item in items]}
        while left:
            left = dynamodb.batch_write_item(RequestItems=left)["UnprocessedItems"]


def sent(owner: Uploader, meter: str, *readings: object) -> httpx.Response:
    """Post readings as a meter does."""
    path = f"/meters/{meter}/readings"
    return owner.call("POST", path, json={"readings": readings}, timeout=PATIENCE)


def reading(kwh: str, read_at: str = HALF_HOUR) -> dict[str, str]:
    return {"readAt": read_at, "kwh": kwh}


def kwh_of(number: int) -> str:
    return f"{number // 1000}.{number % 1000:03}"


def stream(platform: dict[str, Any]) -> str:
    (name,) = (
        item["PhysicalResourceId"]
        for item in aws(platform, "cloudformation").describe_stack_resources(StackName=STACK)[
            "StackResources"
        ]
        if item["ResourceType"] == "AWS::Kinesis::Stream"
    )
    return str(name)


def records_of(platform: dict[str, Any], keys: set[str]) -> dict[str, list[dict[str, Any]]]:
    """Return by its shard what is in the stream of some partition keys."""
    kinesis, name = aws(platform, "kinesis"), stream(platform)
    found: dict[str, list[dict[str, Any]]] = {}
    for shard in kinesis.list_shards(StreamName=name)["Shards"]:
        place = kinesis.get_shard_iterator(
            StreamName=name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while records := (answer := kinesis.get_records(ShardIterator=place))["Records"]:
            place = answer["NextShardIterator"]
            ours = [each for each in records if each["PartitionKey"] in keys]
            found.setdefault(shard["ShardId"], []).extend(ours)
    return found


def newest_of(platform: dict[str, Any], meters: set[str]) -> int:
    """Return of how many of some meters something is stored, which their last item tells."""
    table = table_of(platform, STACK, "Readings")
    keys = [{"meterId": {"S": meter}, "page": {"S": "00#2026-03"}} for meter in sorted(meters)]
    found = aws(platform, "dynamodb").batch_get_item(
        RequestItems={table: {"Keys": keys, "ProjectionExpression": "meterId"}}
    )
    return len(found["Responses"][table])


def items_of(platform: dict[str, Any], prefix: str) -> list[dict[str, Any]]:
    """Return what is stored of all meters whose names begin so."""
    pages = (
        aws(platform, "dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=table_of(platform, STACK, "Readings"),
            FilterExpression="begins_with(meterId, :prefix)",
            ExpressionAttributeValues={":prefix": {"S": prefix}},
        )
    )
    return [item for page in pages for item in page["Items"]]


def test_a_thousand_meters_post_beside_poison_and_a_shard_comes_twice(
    platform: dict[str, Any], owner_of: Callable[[], Uploader], chain: None
) -> None:
    owner, other = owner_of(), owner_of()
    prefix = owner.user_id
    meters = [f"{prefix}-{number}" for number in range(METERS)]
    registered(platform, owner, *meters)
    kinesis, name = aws(platform, "kinesis"), stream(platform)

    def put(key: str, data: bytes) -> None:
        kinesis.put_record(StreamName=name, PartitionKey=key, Data=data)

    strange = {"meterId": meters[1], "userId": other.user_id, "isPermitted": False}
    strange |= {"correlationId": "strange", "readings": [reading("0.7", NEXT)]}
    put(meters[0], b"\xffpoison")
    put(meters[0], b"\xff" * LARGE)
    put(meters[1], json.dumps(strange).encode())
    with ThreadPoolExecutor(AT_ONCE) as posts:
        answers = posts.map(
            lambda number: sent(owner, meters[number], reading(kwh_of(number))), range(METERS)
        )
        assert Counter(answer.status_code for answer in answers) == {202: METERS}

    shards = records_of(platform, {*meters})
    watched = [one for all_ in shards.values() for one in (*all_[::STEP], all_[-1])]
    keys = {each["PartitionKey"] for each in watched}
    eventually(lambda: newest_of(platform, keys), until=lambda there: there == len(keys))
    # Of each meter the month, and the month of what is newest.
    once = items_of(platform, prefix)
    assert Counter(item["revision"]["N"] for item in once) == {"1": 2 * METERS}
    for number in range(0, METERS, METERS // SOME):
        assert owner.stored(meters[number]) == [{**reading(kwh_of(number)), "version": 1}]
    eventually(lambda: waiting(platform, STACK), until=lambda failed: failed == 3)

    # What comes behind a shard's second delivery tells that it is over.
    shard = max(shards.values(), key=len)
    again = [each for each in shard if each["Data"].startswith(b"{")]
    for start in range(0, len(again), 500):
        some = again[start : start + 500]
        entries = [{name: each[name] for name in ("Data", "PartitionKey")} for each in some]
        assert kinesis.put_records(StreamName=name, Records=entries)["FailedRecordCount"] == 0
    last = again[-1]["PartitionKey"]
    assert sent(owner, last, reading("1", NEXT)).status_code == 202
    eventually(lambda: owner.stored(last), until=lambda stored: len(stored) == 2)
    twice = [item for item in items_of(platform, prefix) if item["meterId"]["S"] != last]
    assert twice == [item for item in once if item["meterId"]["S"] != last]

    shown = run_tool(platform, "failures", "show", "readings").stdout
    assert "the record is no post of readings" in shown
    assert f"meter {meters[1]} is not {other.user_id}'s to write" in shown
    registered(platform, other, meters[1])
    assert run_tool(platform, "failures", "redrive", "readings").returncode == 1
    assert other.stored(meters[1], **{"from": NEXT}) == [{**reading("0.700", NEXT), "version": 1}]
    left = run_tool(platform, "failures", "show", "readings").stdout
    assert "the record is no post of readings" in left
    assert "to write" not in left


def test_what_is_bad_is_told_in_the_answer_and_another_value_in_the_failure_chain(
    platform: dict[str, Any], owner: Uploader, chain: None
) -> None:
    meter = owner.user_id

    bad = sent(owner, meter, reading("1"), reading("-1", "2026-03-01T00:10Z"), {"kwh": "1"})
    assert bad.status_code == 422
    assert [each["field"] for each in bad.json()["errors"]] == [
        "readings[1].readAt",
        "readings[1].kwh",
        "readings[2].readAt",
    ]
    assert sent(owner, meter).status_code == 422
    assert sent(owner, meter, *[reading("1")] * 501).status_code == 422
    assert owner.stored(meter) == []

    taken = sent(owner, meter, reading("1.5"), reading("1.5", "2026-03-01T01:30+01:00"))
    assert (taken.status_code, taken.json()) == (202, {"meterId": meter, "taken": 2})
    assert sent(owner, meter, reading("1.6"), reading("2", NEXT)).status_code == 202
    stored = eventually(lambda: owner.stored(meter), until=lambda stored: len(stored) == 2)
    assert [each["kwh"] for each in stored] == ["1.500", "2.000"]
    eventually(lambda: waiting(platform, STACK))
    shown = run_tool(platform, "failures", "show", "readings").stdout
    assert f"meter {meter} has other values of version 1 stored than 1.600" in shown


def test_nobody_posts_to_another_s_meter_but_who_may_write_it(
    identity: httpx.Client,
    administrator: Tokens,
    owner: Uploader,
    owner_of: Callable[[], Uploader],
) -> None:
    meter, stranger = owner.user_id, owner_of()
    path, body = f"/meters/{meter}/readings", {"readings": [reading("3")]}

    assert owner.readings.post(path, json=body).status_code == 401
    assert sent(stranger, meter, reading("3")).status_code == 404
    grant(identity, administrator, stranger.user_id, f"read:meters/{meter}")
    token = refresh(identity, stranger.tokens).id_token
    assert owner.readings.post(path, json=body, headers=bearer(token)).status_code == 404
    access = bearer(owner.tokens.access_token)
    assert owner.readings.post(path, json=body, headers=access).status_code == 401

    grant(identity, administrator, stranger.user_id, f"write:meters/{meter}")
    token = refresh(identity, stranger.tokens).id_token
    assert owner.readings.post(path, json=body, headers=bearer(token)).status_code == 202
    (stored,) = eventually(lambda: owner.stored(meter))
    assert stored["kwh"] == "3.000"
