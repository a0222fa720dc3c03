"""What a save writes, and what there is of it after the emulator was killed."""

import http.client
import io
import json
import os
import secrets
import signal
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from blockwork.local.launch import REGION, Emulator
from blockwork.local.toolchain import Toolchain
from tests.emulator.support import Aws, eventually, function, invoke, role
from tests.emulator.test_state import is_kept, start
from tests.waiting import run

ROOT = Path(__file__).parents[2]
ROUNDS = 3
TEXT = "x" * 50_000
GROUP = "/kept/lines"


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator that saves as often as it can."""
    emulator = Emulator(tmp_path, settings={"STATE_SAVE_SECONDS": "0.05"})
    yield emulator
    emulator.stop()


def kill(emulator: Emulator) -> None:
    assert emulator.group is not None
    os.killpg(emulator.group.pid, signal.SIGKILL)
    eventually(lambda: not emulator.is_running())


def save(aws: Aws, emulator: Emulator) -> None:
    """Wait until all that there is now is saved: a save is of one moment."""
    mark = secrets.token_hex()
    aws.client("ssm").put_parameter(Name="/mark", Value=mark, Type="String", Overwrite=True)
    eventually(lambda: is_kept(emulator, "ssm", mark))


def put(aws: Aws, stream: str, *messages: str, at: int | None = None) -> None:
    now = at or int(time.time() * 1000)
    events = [{"timestamp": now, "message": message} for message in messages]
    aws.client("logs").put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)


def lines(aws: Aws) -> dict[str, list[str]]:
    logs = aws.client("logs")
    found: dict[str, list[str]] = {}
    streams = logs.describe_log_streams(logGroupName=GROUP)["logStreams"]
    for name in [stream["logStreamName"] for stream in streams]:
        request: dict[str, Any] = {"logGroupName": GROUP, "logStreamName": name}
        events = logs.get_log_events(**request, startFromHead=True)["events"]
        found[name] = [event["message"] for event in events]
    return found


def test_a_kill_while_it_saves_leaves_a_state_of_one_moment(mortal: Emulator) -> None:
    aws, _ = start(mortal)
    tables = [f"table-{number}" for number in range(25)]
    for table in tables:
        aws.client("dynamodb").create_table(
            TableName=table,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )

    def write(moment: str) -> None:
        item = {"id": {"S": "1"}, "moment": {"S": moment}, "text": {"S": TEXT}}
        aws.client("dynamodb").transact_write_items(
            TransactItems=[{"Put": {"TableName": table, "Item": item}} for table in tables]
        )

    moments = ["0.0"]
    write(*moments)
    save(aws, mortal)  # a slow machine may come to no other before it is killed
    for number in range(ROUNDS):
        for step in range(1, 6 + secrets.randbelow(5)):
            write(f"{number}.{step}")
        time.sleep(secrets.randbelow(100) / 1000)  # at any point of a save
        kill(mortal)
        start(mortal)
        found = [aws.client("dynamodb").scan(TableName=table)["Items"] for table in tables]
        kept = {items[0]["moment"]["S"] for items in found}
        assert len(kept) == 1, kept
        moments += kept

    assert moments == sorted(moments)


def test_what_was_asked_for_before_a_save_and_done_after_it_is_saved_too(mortal: Emulator) -> None:
    aws, _ = start(mortal)
    mark = secrets.token_hex()
    body = json.dumps({"Name": "/late", "Value": mark, "Type": "String"})
    headers = {
        "X-Amz-Target": "AmazonSSM.PutParameter",
        "Content-Type": "application/x-amz-json-1.1",
    }
    asked = AWSRequest("POST", f"{aws.endpoint}/", headers, body)
    SigV4Auth(Credentials("test", "test"), "ssm", REGION).add_auth(asked)
    with closing(http.client.HTTPConnection("127.0.0.1", aws.port)) as connection:
        connection.putrequest("POST", "/")
        for name, value in asked.headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        save(aws, mortal)
        time.sleep(0.2)  # for the save of what `save` has done itself
        connection.send(body.encode())
        with connection.getresponse() as answer:
            assert answer.status == 200, answer.read()

    eventually(lambda: is_kept(mortal, "ssm", mark))


def test_a_log_comes_back_as_it_was_however_it_grew(mortal: Emulator) -> None:
    aws, _ = start(mortal)
    logs = aws.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    for stream in ("long", "late", "made again", "gone"):
        logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    for start_at in range(0, 600, 50):
        put(aws, "long", *(f"line {n}" for n in range(start_at, start_at + 50)))
        save(aws, mortal)
    put(aws, "late", "second")
    put(aws, "made again", "forgotten", "too")
    put(aws, "gone", "forgotten")
    save(aws, mortal)
    put(aws, "late", "first", at=int(time.time() * 1000) - 60_000)
    for stream in ("made again", "gone"):
        logs.delete_log_stream(logGroupName=GROUP, logStreamName=stream)
    save(aws, mortal)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="made again")
    put(aws, "made again", "new")
    save(aws, mortal)
    before = lines(aws)

    kill(mortal)
    start(mortal)

    assert before["late"] == ["first", "second"]
    assert before["made again"] == ["new"]
    assert len(before["long"]) == 600
    assert lines(aws) == before


def test_an_archive_without_events_is_saved_and_later_with_them(mortal: Emulator) -> None:
    aws, _ = start(mortal)
    events = aws.client("events")
    bus = events.create_event_bus(Name="archived")["EventBusArn"]
    for name in ("filled", "empty"):
        pattern = json.dumps({"source": [name]})
        events.create_archive(ArchiveName=name, EventSourceArn=bus, EventPattern=pattern)
    save(aws, mortal)
    kill(mortal)
    start(mortal)
    entry = {"EventBusName": "archived", "Source": "filled", "DetailType": "it", "Detail": "{}"}
    events.put_events(Entries=[entry])
    save(aws, mortal)

    kill(mortal)
    start(mortal)

    kept = {name: events.describe_archive(ArchiveName=name) for name in ("filled", "empty")}
    assert {name: archive["EventCount"] for name, archive in kept.items()} == {
        "filled": 1,
        "empty": 0,
    }
    assert "state not saved" not in mortal.log.read_text()


def test_a_save_writes_what_changed_and_not_what_there_is(mortal: Emulator) -> None:
    aws, group = start(mortal)
    aws.client("logs").create_log_group(logGroupName=GROUP)
    for stream in range(40):
        aws.client("logs").create_log_stream(logGroupName=GROUP, logStreamName=str(stream))
        put(aws, str(stream), *(secrets.token_hex(500) for _ in range(500)))
    save(aws, mortal)
    # What a save has added is copied into the database once it is already there to be read.
    log = mortal.state / "state.sqlite-wal"
    eventually(lambda: not log.exists())
    gateway = next(p for p in group.members() if p.cmdline()[-1] == "blockwork.local.emulator")

    def written() -> int:
        return int(psutil.Process(gateway.pid).io_counters().write_chars)

    before = written()
    put(aws, "0", "one more")
    save(aws, mortal)

    assert written() - before < 4_000_000  # of 20,000,000


def test_the_code_of_layers_and_functions_is_kept_once_and_apart(mortal: Emulator) -> None:
    aws, _ = start(mortal)
    noise = secrets.token_bytes(1_000_000)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("python/answer.py", "TEXT = 'of the layer'")
        archive.writestr("python/noise.bin", noise)
    layer = aws.client("lambda").publish_layer_version(
        LayerName="kept", Content={"ZipFile": content.getvalue()}
    )["LayerVersionArn"]
    source = "import answer\ndef handler(event, context): return answer.TEXT"
    resources = {"Role": role(), "Function": function(source, Layers=[layer])}
    name = aws.deploy("layered", resources, name={"Ref": "Function"})["name"]
    save(aws, mortal)

    kept = [file for file in mortal.state.rglob("*") if file.is_file() and holds(file, noise)]
    assert [file.parent.name for file in kept] == ["lambda-blobs"]

    kill(mortal)
    start(mortal)

    assert invoke(aws, name)["answer"] == "of the layer"


def holds(file: Path, noise: bytes) -> bool:
    return noise[500_000:500_100] in file.read_bytes()


def test_a_state_that_cannot_be_read_is_not_written_over(mortal: Emulator) -> None:
    aws, _ = start(mortal)
    save(aws, mortal)
    mortal.stop()
    file = mortal.state / "state.sqlite"
    file.write_bytes(b"scribbled over" * 1000)

    with pytest.raises(Exception, match=r"state\.sqlite cannot be read: file is not a database"):
        start(mortal)

    assert file.read_bytes().startswith(b"scribbled over")


def test_a_save_copies_no_logs_that_only_functions_have_written() -> None:
    # A copy of all logs and metrics every three seconds held up every request for a second.
    done = run(
        Toolchain().emulator_environment(),
        "-c",
        "from ministack.services import cloudwatch, cloudwatch_logs\n"
        "from blockwork.local.emulator.gaps import state_saver\n"
        "taken = state_saver._states()\n"
        "assert taken['cloudwatch_logs']['log_groups'] is cloudwatch_logs._log_groups\n"
        "assert taken['cloudwatch']['metrics'] is cloudwatch._metrics\n",
        cwd=ROOT,
    )

    assert done.returncode == 0, done.stderr
