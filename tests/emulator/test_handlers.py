"""Python handlers: their layers and their logs."""

import io
import time
import zipfile

import pytest

from tests.emulator.support import Aws, function, invoke, role

LOUD = """
def handler(event, context):
    print("line of " + event["name"], end="")
"""
FAILS = """
class OutOfStockError(Exception): pass
def sell(name): raise OutOfStockError("no more " + name)
def handler(event, context): sell(event["name"])
"""
REMEMBERS = """
seen = []
def handler(event, context):
    seen.append(event["name"])
    if event["name"] == "poison": raise ValueError("cannot be read")
    return seen
"""
QUIET = "def handler(event, context): return 1"
WHERE = """
import parcel
def handler(event, context): return parcel.__file__
"""


@pytest.fixture(scope="module")
def names(aws: Aws) -> dict[str, str]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as layer:
        layer.writestr("python/parcel.py", "")
    layer_arn = aws.client("lambda").publish_layer_version(
        LayerName="parcels", Content={"ZipFile": archive.getvalue()}
    )["LayerVersionArn"]
    resources = {
        "Role": role(),
        "Loud": function(LOUD),
        "Quiet": function(QUIET),
        "Fails": function(FAILS),
        "Remembers": function(REMEMBERS),
        "One": function(WHERE, Layers=[layer_arn]),
        "Other": function(WHERE, Layers=[layer_arn]),
    }
    return aws.deploy("handlers", resources, **{name: {"Ref": name} for name in resources})


def test_a_layer_is_unpacked_once_for_all_handlers(aws: Aws, names: dict[str, str]) -> None:
    one, other = (invoke(aws, names[name])["answer"] for name in ("One", "Other"))

    assert one == other
    assert one.endswith("/python/parcel.py")


def test_every_invocation_has_its_own_log_lines(aws: Aws, names: dict[str, str]) -> None:
    first, second = (invoke(aws, names["Loud"], name=name)["log"] for name in ("a", "b"))

    assert "line of a" in first
    assert "line of b" in second
    assert "line of a" not in second


def test_an_error_has_the_name_of_its_class(aws: Aws, names: dict[str, str]) -> None:
    error = invoke(aws, names["Fails"], name="apples")["answer"]

    assert error["errorType"] == "OutOfStockError"
    assert error["errorMessage"] == "no more apples"
    assert "in handler" in error["stackTrace"][0]
    assert "in sell" in error["stackTrace"][1]


def test_an_error_does_not_end_the_execution_environment(aws: Aws, names: dict[str, str]) -> None:
    answers = [
        invoke(aws, names["Remembers"], name=name)["answer"] for name in ("a", "poison", "b")
    ]

    assert answers[1]["errorType"] == "ValueError"
    assert answers[2] == ["a", "poison", "b"]


def test_a_handler_that_logs_nothing_answers_at_once(aws: Aws, names: dict[str, str]) -> None:
    client = aws.client("lambda")

    def took(name: str) -> float:
        started = time.monotonic()
        client.invoke(FunctionName=names[name], Payload='{"name": "a"}')
        return time.monotonic() - started

    seconds = [(took("Quiet"), took("Loud")) for _ in range(30)]

    # Stock waits 50 ms for a first line, however quick the machine, and not if it is there. The
    # quickest of each tell whether ours does.
    quiet, loud = map(min, zip(*seconds, strict=True))
    assert quiet - loud < 0.04
