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
QUIET = "def handler(event, context): return 1"
RUNS_A_TOOL = """
import subprocess
def handler(event, context):
    return subprocess.check_output(["/opt/tools/hello", event["name"]], text=True)
"""
TOOL = "#!/var/lang/bin/python\nimport sys\nprint('hello', sys.argv[1])\n"


@pytest.fixture(scope="module")
def names(aws: Aws) -> dict[str, str]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as layer:
        layer.writestr("tools/hello", TOOL)
    layer_arn = aws.client("lambda").publish_layer_version(
        LayerName="tools", Content={"ZipFile": archive.getvalue()}
    )["LayerVersionArn"]
    resources = {
        "Role": role(),
        "Loud": function(LOUD),
        "Quiet": function(QUIET),
        "Tool": function(RUNS_A_TOOL, Layers=[layer_arn]),
    }
    return aws.deploy("handlers", resources, **{name: {"Ref": name} for name in resources})


def test_a_handler_can_run_a_program_of_its_layer(aws: Aws, names: dict[str, str]) -> None:
    assert invoke(aws, names["Tool"], name="you")["answer"] == "hello you\n"


def test_every_invocation_has_its_own_log_lines(aws: Aws, names: dict[str, str]) -> None:
    first, second = (invoke(aws, names["Loud"], name=name)["log"] for name in ("a", "b"))

    assert "line of a" in first
    assert "line of b" in second
    assert "line of a" not in second


def test_a_handler_that_logs_nothing_answers_at_once(aws: Aws, names: dict[str, str]) -> None:
    invoke(aws, names["Quiet"])
    client = aws.client("lambda")

    started = time.monotonic()
    for _ in range(10):
        client.invoke(FunctionName=names["Quiet"])

    assert (time.monotonic() - started) / 10 < 0.04
