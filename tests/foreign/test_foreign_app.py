"""Another team's app, brought up where its folder is and nothing of ours, and gone again."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from blockwork.local.aws import local_client
from tests.account import ROOT
from tests.conftest import free_port
from tests.waiting import finish, run

ACCOUNT = "111111111111"
BLOCKWORK = (sys.executable, "-m", "blockwork")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the app's folder."""
    return tmp_path_factory.mktemp("foreign") / "app"


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    """Return where AWS's APIs answer."""
    shutil.copytree(Path(__file__).parent / "app", folder)
    (folder / "node_modules").mkdir()
    for name in (".bin", "aws-cdk"):  # has the CDK's command line, and no SDK
        (folder / "node_modules" / name).symlink_to(ROOT / "node_modules" / name)
    number = free_port()
    try:
        up = run(*BLOCKWORK, "local", "up", "--port", str(number), cwd=folder)
        assert up.returncode == 0, up.stdout[-3000:] + up.stderr[-6000:]
        yield number
    finally:
        run(*BLOCKWORK, "local", "clean", cwd=folder)


def client(port: int, service: str, region: str) -> Any:
    endpoint = f"http://127.0.0.1:{port}"
    return local_client(service, endpoint=endpoint, region=region, account=ACCOUNT)


def test_stacks_are_where_they_say(port: int) -> None:
    for region, name in (("eu-central-1", "There"), ("us-east-1", "Away")):
        stack = client(port, "cloudformation", region).describe_stacks(StackName=name)["Stacks"][0]
        assert stack["StackStatus"] == "CREATE_COMPLETE"
        assert f":{region}:{ACCOUNT}:" in stack["StackId"]


def test_a_call_of_the_sdk_was_made_with_what_another_region_tells(port: int) -> None:
    ssm = client(port, "ssm", "eu-central-1")

    value = ssm.get_parameter(Name="/there/far")["Parameter"]["Value"]

    assert value.startswith(f"arn:aws:sqs:us-east-1:{ACCOUNT}:Away-Far")


def test_the_retention_of_a_functions_log_was_set(port: int) -> None:
    groups = client(port, "logs", "eu-central-1").describe_log_groups()["logGroups"]

    kept = {group["logGroupName"]: group.get("retentionInDays") for group in groups}
    assert [days for name, days in kept.items() if "There-Hello" in name] == [7]


def test_a_nested_stack_tells_its_parent(port: int) -> None:
    described = client(port, "cloudformation", "eu-central-1").describe_stacks(StackName="There")
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described["Stacks"][0]["Outputs"]}

    assert outputs["InnerQueue"].startswith(f"arn:aws:sqs:eu-central-1:{ACCOUNT}:There-Inner")


def told(folder: Path, *words: str) -> Any:
    done = run(*BLOCKWORK, *words, "--json", cwd=folder)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    return json.loads(done.stdout)


def test_commands_tell_of_every_account_and_region_that_stacks_name(
    port: int, folder: Path
) -> None:
    sqs = client(port, "sqs", "eu-central-1")
    (function,) = (
        each["FunctionArn"]
        for each in client(port, "lambda", "eu-central-1").list_functions()["Functions"]
        if "Hello" in each["FunctionName"]
    )
    failed = {"requestContext": {"functionArn": function}, "requestPayload": {"hello": "again"}}
    (queue,) = (url for url in sqs.list_queues()["QueueUrls"] if "There-Failed" in url)
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(failed))

    waiting = {each["service"]: each["waiting"] for each in told(folder, "failures", "list")}
    redriven = told(folder, "failures", "redrive")
    stacks = told(folder, "local", "status")["stacks"]

    assert waiting == {"hello@Away": 0, "hello@There": 1}
    assert (redriven["redriven"], redriven["left"]) == (1, 0)
    assert {(each["name"], each["region"], each["account"]) for each in stacks} >= {
        ("Away", "us-east-1", ACCOUNT),
        ("There", "eu-central-1", ACCOUNT),
    }
    kept = json.loads((folder / ".local" / "platform.json").read_text())["stacks"]
    assert kept["There"]["InnerQueue"].startswith(f"arn:aws:sqs:eu-central-1:{ACCOUNT}:")


@pytest.mark.parametrize(("stack", "region"), [("There", "eu-central-1"), ("Away", "us-east-1")])
def test_events_are_shown_where_a_bus_is(port: int, folder: Path, stack: str, region: str) -> None:
    events = client(port, "events", region)
    (bus,) = (
        each["Name"] for each in events.list_event_buses()["EventBuses"] if "Bus" in each["Name"]
    )
    entry = {"Source": "other.team", "DetailType": "Said", "Detail": f'{{"in": "{region}"}}'}
    command = [*BLOCKWORK, "events", "tail", "--json", "--bus", f"letters@{stack}"]

    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as tail:
        assert tail.stdout is not None
        assert tail.stderr is not None
        assert "Listening to " in tail.stderr.readline()
        events.put_events(Entries=[{**entry, "EventBusName": bus}])
        shown = json.loads(tail.stdout.readline())
        tail.send_signal(signal.SIGINT)
        finish(tail)

    assert shown["region"] == region
    assert shown["detail"] == {"in": region}
