"""What tests of constructs share: an empty stack, and a service small enough to build at once."""

from pathlib import Path

import pytest
from aws_cdk import App, Stack

from constructs_lib.primitives import BuildTarget, PythonService


@pytest.fixture
def stack() -> Stack:
    app = App(analytics_reporting=False, builtin_cloud_formation_validation=False)
    return Stack(app, "Test")


@pytest.fixture
def service(tmp_path: Path) -> PythonService:
    package = tmp_path / "src" / "orders"
    package.mkdir(parents=True)
    (package / "place_order.py").write_text("def handler(event, context): ...\n")
    (tmp_path / "src" / "shared").mkdir()
    (tmp_path / "src" / "shared" / "money.py").write_text("PENCE = 100\n")
    (tmp_path / "src" / "billing").mkdir()
    (tmp_path / "src" / "billing" / "secret_sauce.py").write_text("RATE = 7\n")
    return PythonService(name="orders", source=tmp_path / "src", target=BuildTarget.this_machine())
