"""Breakpoints in functions: from an editor, and by `breakpoint()` in the terminal of the loop."""

import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psutil
import pytest

from blockwork.dev.debugging import Editing, debugging
from blockwork.local.launch import Emulator
from blockwork.local.live import LiveFile
from tests.conftest import free_port
from tests.emulator.dap_client import DapClient
from tests.emulator.support import Aws, function, invoke, role
from tests.waiting import eventually, settled

TIMEOUT_SECONDS = 2
LONGER = 2.5

GREET = """
import json, parcel
def handler(event, context):
    name = event["queryStringParameters"]["name"]
    greeting = parcel.wrapped(name)
    left = context.get_remaining_time_in_millis()
    return {"statusCode": 200, "body": json.dumps({"said": greeting, "left": left})}
"""
PARCEL = """
def wrapped(name):
    text = "hello " + name
    return text
"""
OTHER = """
def handler(event, context):
    answer = event["name"]
    return answer
"""
ASKS = """
def handler(event, context):
    name = event["name"]
    breakpoint()
    answer = "hello " + name
    return answer
"""
READS = """
def handler(event, context):
    return len(event["Records"])
"""
BUSY = """
def handler(event, context):
    while True: pass
"""


class App(NamedTuple):
    """What the tests deploy, and where its sources are."""

    aws: Aws
    live: LiveFile
    folder: Path
    names: dict[str, str]

    def source(self, name: str) -> Path:
        """Return the path of a function's source, or of the layer's."""
        return self.folder / name.lower() / ("parcel.py" if name == "Layer" else "index.py")

    def call(self, name: str, /, **event: str) -> "Future[Any]":
        """Call a function in another thread."""
        return CALLS.submit(lambda: invoke(self.aws, self.names[name], **event)["answer"])

    def get(self, name: str) -> "Future[httpx.Response]":
        """Ask the HTTP API in another thread."""
        url = f"{self.aws.endpoint}/_aws/execute-api/{self.names['Api']}/$default/greet"
        return CALLS.submit(lambda: httpx.get(url, params={"name": name}, trust_env=False))


CALLS = ThreadPoolExecutor()


@pytest.fixture(scope="module")
def app(aws: Aws, emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> App:
    folder = tmp_path_factory.mktemp("app")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as layer:
        layer.writestr("python/parcel.py", PARCEL)
    layer_arn = aws.client("lambda").publish_layer_version(
        LayerName="debugged-parcels", Content={"ZipFile": archive.getvalue()}
    )["LayerVersionArn"]
    of_api = {"ApiId": {"Ref": "Api"}}
    resources = {
        "Role": role("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
        "Greet": function(GREET, Layers=[layer_arn], Timeout=TIMEOUT_SECONDS),
        "Other": function(OTHER),
        "Asks": function(ASKS, Timeout=TIMEOUT_SECONDS),
        "Busy": function(BUSY, Timeout=1),
        "Reads": function(READS, Timeout=TIMEOUT_SECONDS),
        "Queue": {
            "Type": "AWS::SQS::Queue",
            "Properties": {"VisibilityTimeout": TIMEOUT_SECONDS},
        },
        "Source": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]},
                "FunctionName": {"Ref": "Reads"},
            },
        },
        "Api": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {"Name": "debugged", "ProtocolType": "HTTP"},
        },
        "Integration": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                **of_api,
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": {"Fn::GetAtt": ["Greet", "Arn"]},
                "PayloadFormatVersion": "2.0",
            },
        },
        "Route": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                **of_api,
                "RouteKey": "GET /greet",
                "Target": {"Fn::Sub": "integrations/${Integration}"},
            },
        },
        "Stage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {**of_api, "StageName": "$default", "AutoDeploy": True},
        },
        "Permission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": "Greet"},
                "Principal": "apigateway.amazonaws.com",
            },
        },
    }
    outputs = ("Greet", "Other", "Asks", "Busy", "Reads", "Queue", "Api")
    names = aws.deploy("debugged", resources, **{name: {"Ref": name} for name in outputs})
    app = App(aws, LiveFile(emulator.directory), folder, names)
    sources = {"Greet": GREET, "Other": OTHER, "Asks": ASKS, "Reads": READS, "Layer": PARCEL}
    for name, source in sources.items():
        app.source(name).parent.mkdir()
        app.source(name).write_text(source)
    return app


class Terminal:
    """A terminal that a test types into."""

    def __init__(self) -> None:
        read, self._write = os.pipe()
        self.stdin = os.fdopen(read)
        self.stdout = io.StringIO()
        self.lines: list[str] = []

    def type(self, line: str) -> None:
        os.write(self._write, f"{line}\n".encode())

    def shows(self, text: str) -> str:
        """Wait until something is said or shown, and return all of it."""
        return eventually(
            lambda: "\n".join([*self.lines, self.stdout.getvalue()]),
            until=lambda seen: text in seen,
        )

    def close(self) -> None:
        os.close(self._write)
        self.stdin.close()


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal()
    yield terminal
    terminal.close()


@contextmanager
def loop(app: App, terminal: Terminal, *functions: str, wait: bool = False) -> Iterator[int]:
    """Be a loop that debugs these functions, and return the editor's port."""
    port = free_port()
    with (
        app.live.held(),
        debugging(
            app.live,
            app.folder,
            say=terminal.lines.append,
            editing=Editing(functions=functions, port=port, wait=wait) if functions else None,
            stdin=terminal.stdin,
            stdout=terminal.stdout,
        ),
    ):
        yield port


def test_a_request_stops_is_read_and_stepped_and_answers_however_long_it_stood(
    app: App, terminal: Terminal
) -> None:
    with (
        loop(app, terminal, "*") as port,
        DapClient(port, {app.source("Greet"): [5]}) as editor,
    ):
        request = app.get("bob")
        thread, frame = editor.stops()
        assert (frame["source"]["path"], frame["line"]) == (str(app.source("Greet")), 5)
        assert editor.variables(frame)["name"] == "'bob'"

        editor.ask("next", threadId=thread)
        thread, frame = editor.stops()
        assert editor.ask("evaluate", expression="greeting", frameId=frame["id"])["result"] == (
            "'hello bob'"
        )
        time.sleep(LONGER)
        editor.ask("continue", threadId=thread)
        answer = request.result()

    assert answer.status_code == 200
    assert answer.json()["said"] == "hello bob"
    assert answer.json()["left"] > 0  # what the handler sees of its time stands still, too


def test_a_layers_code_stops_where_the_app_has_its_source(app: App, terminal: Terminal) -> None:
    with (
        loop(app, terminal, "*") as port,
        DapClient(port, {app.source("Layer"): [3]}) as editor,
    ):
        request = app.get("bob")
        thread, frame = editor.stops()
        editor.ask("continue", threadId=thread)
        answer = request.result()

    assert (frame["source"]["path"], frame["name"]) == (str(app.source("Layer")), "wrapped")
    assert answer.status_code == 200


def test_one_function_is_debugged_and_another_is_not(app: App, terminal: Terminal) -> None:
    with (
        loop(app, terminal, "greet") as port,
        DapClient(port, {app.source("Greet"): [4], app.source("Other"): [3]}) as editor,
    ):
        other = app.call("Other", name="bob").result()
        request = app.get("bob")
        thread, _ = editor.stops()
        threads = editor.ask("threads")["threads"]
        editor.ask("continue", threadId=thread)
        request.result()

    assert other == "bob"
    assert [each["name"] for each in threads] == [app.names["Greet"]]


def test_two_functions_stand_at_once_in_one_session(app: App, terminal: Terminal) -> None:
    with (
        loop(app, terminal, "*") as port,
        DapClient(port, {app.source("Greet"): [4], app.source("Other"): [3]}) as editor,
    ):
        request, other = app.get("bob"), app.call("Other", name="ann")
        stands = dict(editor.stops() for _ in range(2))
        assert {frame["source"]["path"] for frame in stands.values()} == {
            str(app.source("Greet")),
            str(app.source("Other")),
        }
        for thread in stands:
            said = editor.ask("continue", threadId=thread)
            assert said["allThreadsContinued"] is False

        assert request.result().status_code == 200
        assert other.result() == "ann"


def test_a_message_stays_invisible_while_its_function_stands(app: App, terminal: Terminal) -> None:
    sqs, queue = app.aws.client("sqs"), app.names["Queue"]
    kinds = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def there() -> int:
        counts = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=kinds)["Attributes"]
        return sum(map(int, counts.values()))

    with (
        loop(app, terminal, "*") as port,
        DapClient(port, {app.source("Reads"): [3]}) as editor,
    ):
        sqs.send_message(QueueUrl=queue, MessageBody="one")
        thread, _ = editor.stops()
        time.sleep(LONGER)
        editor.ask("continue", threadId=thread)

        # Had it come again, it would stand again, and the first would not be its receipt.
        eventually(there, until=lambda seen: seen == 0)


def test_an_editor_comes_again(app: App, terminal: Terminal) -> None:
    with loop(app, terminal, "*") as port:
        with DapClient(port, {app.source("Greet"): [4]}) as editor:
            left_standing = app.get("ann")
            editor.stops()
        assert left_standing.result().status_code == 200

        terminal.shows("detached")
        with DapClient(port, {app.source("Other"): [4]}) as editor:
            assert app.get("bob").result().status_code == 200  # its breakpoint has gone with it
            again = app.call("Other", name="eve")
            thread, frame = editor.stops()
            editor.ask("continue", threadId=thread)
            assert frame["line"] == 4
            assert again.result() == "eve"


def test_live_sources_stop_in_what_was_saved_last(app: App, terminal: Terminal) -> None:
    source = app.source("Other")
    with (
        loop(app, terminal, "*") as port,
        DapClient(port, {source: [3]}) as editor,
    ):
        source.write_text(OTHER.replace('event["name"]', 'event["name"] + "!"'))
        state = source.stat()
        seen = {str(source): [state.st_mtime_ns, state.st_size]}
        files = {"index.py": str(source)}
        app.live.change(functions={app.names["Other"]: {"files": files, "seen": seen}})
        call = app.call("Other", name="bob")
        thread, frame = editor.stops()
        editor.ask("continue", threadId=thread)

        assert frame["source"]["path"] == str(source)
        assert call.result() == "bob!"
    source.write_text(OTHER)


def test_functions_wait_for_the_editor_where_that_is_asked_for(
    app: App, terminal: Terminal
) -> None:
    with loop(app, terminal, "*", wait=True) as port:
        waiting = app.call("Other", name="bob")
        terminal.shows(f"{app.names['Other']} waits for an editor")
        assert settled(waiting.done) is False
        with DapClient(port, {app.source("Other"): [3]}) as editor:
            thread, _ = editor.stops()
            editor.ask("continue", threadId=thread)
            assert waiting.result() == "bob"


def test_breakpoint_opens_pdb_in_the_terminal_of_the_loop(app: App, terminal: Terminal) -> None:
    with loop(app, terminal):
        call = app.call("Asks", name="bob")
        terminal.shows("(Pdb)")
        time.sleep(LONGER)
        terminal.type("p name * 2")
        terminal.shows("'bobbob'")
        terminal.type("n")
        terminal.shows("return answer")
        terminal.type("c")

        assert call.result() == "hello bob"
        assert f"{app.names['Asks']} goes on" in terminal.shows("goes on")


def test_one_stands_in_the_terminal_and_the_others_wait(app: App, terminal: Terminal) -> None:
    with loop(app, terminal):
        calls = [app.call("Asks", name=name) for name in ("ann", "bob")]
        terminal.shows("waits until the terminal is free")
        terminal.shows("(Pdb)")
        terminal.type("n")
        terminal.shows("return answer")
        terminal.type("n")  # beyond the handler there is nothing to step through
        terminal.shows("goes on")
        eventually(terminal.stdout.getvalue, until=lambda seen: seen.count("(Pdb)") == 3)
        terminal.type("c")

        assert sorted(call.result() for call in calls) == ["hello ann", "hello bob"]


def test_breakpoint_stops_in_the_editor_while_one_is_attached(app: App, terminal: Terminal) -> None:
    with loop(app, terminal, "*") as port, DapClient(port) as editor:
        call = app.call("Asks", name="bob")
        thread, frame = editor.stops()
        editor.ask("continue", threadId=thread)

        assert frame["source"]["path"] == str(app.source("Asks"))
        assert call.result() == "hello bob"


def test_an_editors_breakpoints_hold_after_pdb_was_there(app: App, terminal: Terminal) -> None:
    with loop(app, terminal, "*") as port:
        call = app.call("Asks", name="ann")
        terminal.shows("(Pdb)")
        terminal.type("c")
        assert call.result() == "hello ann"
        with DapClient(port, {app.source("Asks"): [3]}) as editor:
            call = app.call("Asks", name="bob")
            _, frame = editor.stops()
            assert frame["line"] == 3
            editor.ask("disconnect")
        terminal.shows("detached")
        terminal.type("c")
        assert call.result() == "hello bob"


def test_a_function_that_does_not_stand_ends_after_its_timeout(
    app: App, terminal: Terminal
) -> None:
    with loop(app, terminal, "*"):
        answer = app.call("Busy").result()

    assert answer["errorMessage"] == "Task timed out after 1.00 seconds"


def test_without_a_loop_breakpoint_says_a_line_and_goes_on(app: App) -> None:
    said = invoke(app.aws, app.names["Asks"], name="bob")

    assert said["answer"] == "hello bob"
    assert "breakpoint() at" in said["log"]
    assert "blockwork dev" in said["log"]


LOOP = """
import sys, time
from pathlib import Path
from blockwork.dev.debugging import Editing, debugging
from blockwork.local.live import LiveFile
stage, app, port = sys.argv[1:]
live = LiveFile(Path(stage))
with live.held(), debugging(live, Path(app), say=print, editing=Editing(port=int(port))):
    print("ready", flush=True)
    time.sleep(3600)
"""


def test_what_stands_goes_on_when_the_loop_is_killed_and_nothing_is_left(
    app: App, emulator: Emulator, tmp_path: Path
) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", LOOP, emulator.directory, app.folder, str(port)],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        while "ready" not in process.stdout.readline():
            assert process.poll() is None
        with DapClient(port, {app.source("Other"): [3]}) as editor:
            call = app.call("Other", name="bob")
            editor.stops()
            process.send_signal(signal.SIGKILL)
            assert call.result() == "bob"
    assert app.call("Other", name="ann").result() == "ann"

    assert emulator.group is not None
    members = {each.pid for each in emulator.group.members()}
    debuggers = [
        each.pid
        for each in psutil.process_iter(["cmdline"])
        if "debugpy" in " ".join(each.info["cmdline"] or []) and each.pid not in members
    ]
    assert debuggers == []
