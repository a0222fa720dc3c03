"""An app whose functions are debugged, and the loop and the terminal of who debugs them."""

import io
import os
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from blockwork.dev.debugging import Editing, debugging
from blockwork.local.launch import Emulator
from blockwork.local.live import LiveFile
from tests.conftest import free_port
from tests.emulator.support import Aws, function, invoke, role
from tests.waiting import eventually

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


def stand() -> None:
    """Wait for longer than the functions may run."""
    time.sleep(LONGER)


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


def deploy(aws: Aws, emulator: Emulator, folder: Path, stack: str) -> App:
    """Deploy it, and write its sources to a folder."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as layer:
        layer.writestr("python/parcel.py", PARCEL)
    layer_arn = aws.client("lambda").publish_layer_version(
        LayerName=f"{stack}-parcels", Content={"ZipFile": archive.getvalue()}
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
            "Properties": {"Name": stack, "ProtocolType": "HTTP"},
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
    names = aws.deploy(stack, resources, **{name: {"Ref": name} for name in outputs})
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
