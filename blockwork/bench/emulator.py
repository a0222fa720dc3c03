"""The local stage's AWS: what saving its state and reading a handler's log cost a caller."""

import io
import json
import secrets
import time
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from blockwork.bench.row import Row
from blockwork.local.launch import REGION, Emulator
from blockwork.local.ports import HOST, first_free
from blockwork.local.toolchain import Toolchain

SILENT = "def handler(event, context): return 1"
LOGS = "def handler(event, context): print('a line'); return 1"
CALLS = 200
RUNS = 3
RUN_SECONDS = 4.0
SAVES = {"never": "86400", "twice a second": "0.5"}
"""So often that more than one caller in a hundred meets a save: the 99th percentile shows it."""
LOG_EVENTS = 60_000
EVENT_BYTES = 500
LAYER_BYTES = 14_000_000
PUT_AT_ONCE = 1000
FIRST_PORT = 12_000


def emulator(folder: Path) -> Iterator[Row]:
    """Ask an emulator with 45 MB of state: what a save costs, and what silence does."""
    port = first_free(FIRST_PORT)
    python = Toolchain().emulator_environment()
    silent = logs = 0.0
    slowest: dict[str, float] = {}
    for saves, every in SAVES.items():
        stage = Emulator(folder / "emulator", settings={"STATE_SAVE_SECONDS": every})
        stage.start(port=port, python=python)
        try:
            if not slowest:
                make_functions(port)
                silent, logs = (best_call(port, name) for name in ("silent", "logs"))
                fill(port)
            slowest[saves] = min(slowest_of_a_hundred(port) for _ in range(RUNS))
        finally:
            stage.stop()
    yield Row(
        what=f"answer of a handler that logs nothing, {silent * 1000:.1f} ms "
        f"(that logs a line {logs * 1000:.1f} ms)",
        measured=silent / logs,
        bar=1.5,
        unit="x",
    )
    with_saves, without = slowest["twice a second"], slowest["never"]
    yield Row(
        what=f"99th percentile while 45 MB of state are saved, {with_saves * 1000:.0f} ms "
        f"(not saved {without * 1000:.0f} ms)",
        measured=with_saves / without,
        bar=6,
        unit="x",
    )


def client(port: int, service: Any) -> Any:  # noqa: ANN401 -- boto3 makes its clients at run time
    """Return a client that may do everything."""
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=f"http://{HOST}:{port}",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(proxies={}, retries={"total_max_attempts": 1}),
    )


def make_functions(port: int) -> None:
    """Make a function that logs nothing and one that logs."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    document = {"Version": "2012-10-17", "Statement": [{**trust, "Action": "sts:AssumeRole"}]}
    role = client(port, "iam").create_role(
        RoleName="bench", AssumeRolePolicyDocument=json.dumps(document)
    )["Role"]["Arn"]
    for name, source in (("silent", SILENT), ("logs", LOGS)):
        client(port, "lambda").create_function(
            FunctionName=name,
            Role=role,
            Runtime="python3.13",
            Handler="index.handler",
            Code={"ZipFile": zipped({"index.py": source.encode()})},
        )


def fill(port: int) -> None:
    """Give the emulator about as much state as a day's work at the platform leaves."""
    content = zipped({"python/noise.bin": secrets.token_bytes(LAYER_BYTES)})
    client(port, "lambda").publish_layer_version(LayerName="bench", Content={"ZipFile": content})
    logs = client(port, "logs")
    logs.create_log_group(logGroupName="bench")
    for start in range(0, LOG_EVENTS, PUT_AT_ONCE):
        stream = {"logGroupName": "bench", "logStreamName": f"{start}"}
        logs.create_log_stream(**stream)
        event = {"timestamp": int(time.time() * 1000), "message": "x" * EVENT_BYTES}
        logs.put_log_events(**stream, logEvents=[event] * PUT_AT_ONCE)


def best_call(port: int, name: str) -> float:
    """Return the seconds of a function's quickest answer."""
    call = partial(client(port, "lambda").invoke, FunctionName=name)
    return min(timed(call) for _ in range(CALLS))


def slowest_of_a_hundred(port: int) -> float:
    """Return the seconds within which 99 of a hundred answers come."""
    call = partial(client(port, "lambda").invoke, FunctionName="silent")
    timed(call)  # starts the handler's process
    taken = []
    started = time.monotonic()
    while time.monotonic() - started < RUN_SECONDS:
        taken.append(timed(call))
    return sorted(taken)[len(taken) * 99 // 100]


def timed(call: partial[Any]) -> float:
    """Return the seconds a call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def zipped(files: dict[str, bytes]) -> bytes:
    """Return a zip of files by name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()
