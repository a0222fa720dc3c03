"""Functions whose packages were compiled for Lambda's processor and Python."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from constructs_lib.primitives import BuildTarget
from constructs_lib.primitives.python_build import build_layer
from tests.emulator.support import Aws, function, invoke, role

LOCK = Path(__file__).parents[2] / "lambda_src" / "requirements.txt"
SOURCE = """
import msgspec, beside_it
def handler(event, context):
    return {"version": msgspec.__version__, "encoded": msgspec.json.encode([1]).decode(),
            "beside": beside_it.NAME}
"""


@pytest.fixture(scope="module")
def foreign() -> bytes:
    """Return a layer for Lambda with a compiled package, and a module of its own beside it."""
    content = io.BytesIO(build_layer(LOCK, BuildTarget()).read_bytes())
    with zipfile.ZipFile(content, "a") as layer:
        compiled = [name for name in layer.namelist() if name.endswith("-aarch64-linux-gnu.so")]
        assert compiled, "the layer proves nothing without a module that cannot be loaded here"
        layer.writestr("python/beside_it.py", "NAME = 'as it was deployed'")
    return content.getvalue()


def bundle(layer: bytes) -> bytes:
    """Return a function's zip with the layer's packages in it, as other teams bundle them."""
    bundled = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(layer)) as packages, zipfile.ZipFile(bundled, "w") as whole:
        for name in packages.namelist():
            whole.writestr(name.removeprefix("python/"), packages.read(name))
        whole.writestr("index.py", SOURCE)
    return bundled.getvalue()


@pytest.mark.parametrize("place", ["layer", "bundle"])
def test_a_compiled_package_runs_in_the_version_that_was_deployed(
    aws: Aws, foreign: bytes, place: str
) -> None:
    name = f"foreign-{place}"
    arn = aws.deploy(name, {"Role": role()}, arn={"Fn::GetAtt": ["Role", "Arn"]})["arn"]
    made: dict[str, Any] = function(SOURCE)["Properties"]
    code = {"ZipFile": bundle(foreign)} if place == "bundle" else {"ZipFile": zipped(SOURCE)}
    client = aws.client("lambda")
    layers = []
    if place == "layer":
        published = client.publish_layer_version(LayerName=name, Content={"ZipFile": foreign})
        layers = [published["LayerVersionArn"]]
    client.create_function(
        **made | {"FunctionName": name, "Role": arn, "Code": code, "Layers": layers},
        Architectures=["arm64"],
    )

    answer = invoke(aws, name)["answer"]

    (locked,) = re.findall(r"^msgspec==(\S+)", LOCK.read_text(), re.MULTILINE)
    assert answer == {
        "version": locked,
        "encoded": "[1]",
        "beside": "as it was deployed",
    }


def zipped(source: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", source)
    return content.getvalue()
