"""A small app of another team, and a server that synthesises it."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from blockwork.dev.synthesis import SynthServer

APP = """
import aws_cdk as cdk
from shop.orders import Orders

app = cdk.App()
Orders(app, "Shop")
app.synth()
"""
ORDERS = """
import aws_cdk as cdk
from aws_cdk import aws_s3_assets, aws_sqs
from pathlib import Path
from shop.names import DESCRIPTION

class Orders(cdk.Stack):
    def __init__(self, scope, id_):
        super().__init__(scope, id_, description=DESCRIPTION)
        queue = aws_sqs.Queue(self, "Queue")
        asset = aws_s3_assets.Asset(self, "Page", path=str(Path(__file__).parent / "page"))
        cdk.CfnOutput(self, "Said", value=str(self.node.try_get_context("said")))
        cdk.CfnOutput(self, "At", value=asset.s3_object_key)
"""


class SmallApp:
    """An app in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("cdk.json", json.dumps({"app": "python3 app.py", "context": {"said": "a"}}))
        self.write("app.py", APP)
        self.write("shop/orders.py", ORDERS)
        self.write("shop/names.py", 'DESCRIPTION = "first"\n')
        self.write("shop/page/index.html", "first")

    def write(self, name: str, text: str) -> Path:
        """Save a file, if it is to be another one."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.is_file() or file.read_text() != text:
            file.write_text(text)
        return file

    def server(self, **options: object) -> SynthServer:
        """Return a server of it, with the interpreter that runs the tests."""
        return SynthServer(self.folder, python=Path(sys.executable), **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def _kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SmallApp, SynthServer]]:
    app = SmallApp(tmp_path_factory.mktemp("app"))
    with app.server() as server:
        yield app, server


@pytest.fixture
def app(_kept: tuple[SmallApp, SynthServer]) -> SmallApp:
    """The module's app, as it was at first."""
    return SmallApp(_kept[0].folder)


@pytest.fixture
def server(_kept: tuple[SmallApp, SynthServer], app: SmallApp) -> SynthServer:
    """The server of the module's app, which has synthesised it before."""
    return _kept[1]
