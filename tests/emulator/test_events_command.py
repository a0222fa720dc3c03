"""`events` against a real bus, its archive and functions."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from blockwork.local.launch import REGION
from blockwork.local.places import REPOSITORY
from tests.emulator.support import Aws, eventually, function, role
from tests.waiting import finish, run

CONSUMER = """
import os, boto3
table = boto3.client("dynamodb")
def handler(event, context):
    how = "replayed" if "replay-name" in event else "live"
    table.update_item(
        TableName=os.environ["SEEN"],
        Key={"id": {"S": os.environ["NAME"] + " " + event["detail"]["data"]["voucherId"]}},
        UpdateExpression="ADD #how :one", ExpressionAttributeNames={"#how": how},
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
"""


class Bus:
    """A deployed bus with consumers, and the command that operates it."""

    def __init__(self, aws: Aws, outputs: dict[str, str], directory: Path) -> None:
        self.aws = aws
        self.events = aws.client("events")
        self.outputs = outputs
        self.name = outputs["BusName"]
        self.directory = directory

    def put(self, voucher_id: str, type_: str = "VoucherPaid") -> None:
        metadata = {"id": voucher_id, "correlationId": "c1", "time": "2030-01-01T00:00:00Z"}
        detail = {"metadata": metadata, "data": {"voucherId": voucher_id}}
        entry = {"Source": "blockwork.vouchers", "DetailType": type_, "EventBusName": self.name}
        self.events.put_events(Entries=[{**entry, "Detail": json.dumps(detail)}])

    def seen(self, id_: str) -> dict[str, int]:
        """Return how often a consumer has seen an event live and replayed."""
        key = {"id": {"S": id_}}
        item = self.aws.client("dynamodb").get_item(TableName=self.outputs["SeenName"], Key=key)
        return {k: int(v["N"]) for k, v in item.get("Item", {}).items() if "N" in v}

    def wait_for(self, id_: str, **seen: int) -> None:
        """Wait until a consumer has seen an event so often."""
        eventually(lambda: self.seen(id_) == seen)

    def taps(self) -> list[str]:
        rules = self.events.list_rules(EventBusName=self.name, NamePrefix="blockwork-tap-")["Rules"]
        queues = self.aws.client("sqs").list_queues(QueueNamePrefix="blockwork-tap-")
        return [*(rule["Name"] for rule in rules), *queues.get("QueueUrls", [])]

    def command(self, *arguments: str) -> list[str]:
        return [
            *(sys.executable, "-m", "blockwork", "events", *arguments),
            *("--directory", str(self.directory), "--bus", "Letters"),
        ]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run(*self.command(*arguments), cwd=REPOSITORY)


def consumer(name: str, *types: str) -> dict[str, Any]:
    """Return a function, the rule that invokes it, and the permission to do so."""
    settings = {"Variables": {"SEEN": {"Ref": "Seen"}, "NAME": name}}
    return {
        name: function(CONSUMER, Environment=settings),
        f"On{name}": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventBusName": {"Ref": "Bus"},
                "EventPattern": {"detail-type": list(types)},
                "Targets": [{"Id": "function", "Arn": {"Fn::GetAtt": [name, "Arn"]}}],
            },
        },
        f"May{name}": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Fn::GetAtt": [name, "Arn"]},
                "Principal": "events.amazonaws.com",
                "SourceArn": {"Fn::GetAtt": [f"On{name}", "Arn"]},
            },
        },
    }


@pytest.fixture(scope="module")
def bus(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    resources: dict[str, Any] = {
        "Bus": {
            "Type": "AWS::Events::EventBus",
            "Properties": {
                "Name": "replayed",
                "Tags": [{"Key": "blockwork:event-bus", "Value": "letters"}],
            },
        },
        "Archive": {
            "Type": "AWS::Events::Archive",
            "Properties": {"SourceArn": {"Fn::GetAtt": ["Bus", "Arn"]}, "RetentionDays": 1},
        },
        "Seen": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "BillingMode": "PAY_PER_REQUEST",
            },
        },
        "Role": role("dynamodb:UpdateItem"),
        **consumer("Printer", "VoucherPaid", "VoucherIssued"),
        **consumer("Mailer", "VoucherPaid"),
    }
    outputs = aws.deploy(
        "tapped",
        resources,
        BusName={"Ref": "Bus"},
        SeenName={"Ref": "Seen"},
    )
    directory = tmp_path_factory.mktemp("stage")
    platform = {"emulatorUrl": aws.endpoint, "region": REGION}
    (directory / "platform.json").write_text(json.dumps(platform))
    yield Bus(aws, outputs, directory)
    # Other tests look for archives: this one's must not be there.
    aws.client("cloudformation").delete_stack(StackName="tapped")
    eventually(lambda: not aws.client("events").list_archives()["Archives"])


def test_a_tail_shows_what_passes_and_leaves_nothing_behind(bus: Bus) -> None:
    tail = subprocess.Popen(
        bus.command("tail", "--type", "VoucherPaid"),
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert tail.stdout is not None
    assert tail.stderr is not None
    assert "Listening to replayed" in tail.stderr.readline()
    bus.put("unseen", "VoucherIssued")
    bus.put("passing")
    shown = tail.stdout.readline()
    assert len(bus.taps()) == 2

    tail.send_signal(signal.SIGINT)
    rest = finish(tail).stdout

    assert shown.split("  ") == [
        "2030-01-01T00:00:00Z",
        "VoucherPaid",
        "blockwork.vouchers",
        "c1",
        '{"voucherId": "passing"}\n',
    ]
    assert rest == ""
    assert tail.returncode == 130
    assert bus.taps() == []


def test_what_a_killed_tail_leaves_goes_once_its_time_is_over(bus: Bus) -> None:
    name = f"blockwork-tap-{int(time.time()) - 1}-aa"
    pattern = json.dumps({"source": ["x"]})
    bus.events.put_rule(Name=name, EventBusName=bus.name, EventPattern=pattern)
    bus.aws.client("sqs").create_queue(QueueName=name)

    bus.run("replay", "--from", "1h ago", "--dry-run")

    assert bus.taps() == []


def test_a_replay_hands_every_event_of_a_time_to_every_rule(bus: Bus) -> None:
    bus.put("everywhere")
    eventually(lambda: bus.seen("Printer everywhere") and bus.seen("Mailer everywhere"))
    later()

    done = bus.run("replay", "--from", "1h ago")

    assert re.match(r"The replay blockwork-\S+ is complete: .* to every rule.", done.stdout)
    for name in ("Printer", "Mailer"):
        bus.wait_for(f"{name} everywhere", live=1, replayed=1)


def test_a_replay_to_one_rule_reaches_no_other(bus: Bus) -> None:
    bus.put("one-rule")
    eventually(lambda: bus.seen("Printer one-rule") and bus.seen("Mailer one-rule"))
    later()

    bus.run("replay", "--from", "5m ago", "--to-rule", "OnMailer")

    bus.wait_for("Mailer one-rule", live=1, replayed=1)
    assert bus.seen("Printer one-rule") == {"live": 1}


def test_a_replay_of_a_pattern_hands_over_what_matches_it_and_the_rule(bus: Bus) -> None:
    bus.put("paid-x")
    bus.put("issued-x", "VoucherIssued")
    bus.put("paid-y")
    eventually(lambda: bus.seen("Printer paid-y") and bus.seen("Mailer paid-y"))
    later()
    pattern = json.dumps({"detail": {"data": {"voucherId": [{"suffix": "-x"}]}}})

    counted = bus.run("replay", "--from", "5m ago", "--pattern", pattern, "--dry-run")
    before = {id_: bus.seen(f"Printer {id_}") for id_ in ("paid-x", "issued-x")}
    done = bus.run("replay", "--from", "5m ago", "--pattern", pattern)

    assert "2 events of" in counted.stdout
    assert before == {"paid-x": {"live": 1}, "issued-x": {"live": 1}}
    assert [row.split() for row in done.stdout.splitlines()[:2]] == [
        ["1", "VoucherIssued"],
        ["1", "VoucherPaid"],
    ]
    for id_ in ("Printer paid-x", "Printer issued-x", "Mailer paid-x"):
        bus.wait_for(id_, live=1, replayed=1)
    assert bus.seen("Printer paid-y") == {"live": 1}
    assert bus.seen("Mailer issued-x") == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("replay", "--from", "yesterday"), "--from must be a time like"),
        (("replay", "--from", "now", "--to", "1h ago"), "--from must be before --to"),
        (("replay", "--from", "1h ago", "--to-rule", "On"), "is in the names of"),
        (("replay", "--from", "1h ago", "--to-rule", "zzz"), "is in no name"),
        (("tail", "--pattern", "{"), "--pattern must be JSON"),
        (("tail", "--stage", "nowhere"), "'nowhere'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    bus: Bus, arguments: tuple[str, ...], said: str
) -> None:
    done = bus.run(*arguments)

    assert done.returncode in (1, 2)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def later() -> None:
    """Wait until what has happened is in the past: the emulator's archive counts seconds."""
    now = int(time.time())
    eventually(lambda: int(time.time()) > now)
