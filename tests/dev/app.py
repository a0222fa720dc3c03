"""A small app in a folder of its own, and the loop that watches it while somebody is at work."""

import base64
import hashlib
import json
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from blockwork.local.launch import Emulator
from tests.account import ROOT
from tests.aws_clients import client_of
from tests.waiting import eventually

COMMAND = (
    f"import sys; sys.path[0] = {str(ROOT)!r}; from blockwork.command.entry import main; main()"
)
APP = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import aws_cdk as cdk
from stack import ShopStack

app = cdk.App()
ShopStack(app, "Shop")
app.synth()
"""
STACK = """
from pathlib import Path

import aws_cdk as cdk
from constructs_lib.blocks import SiteRelease, StaticSite
from constructs_lib.primitives import PythonFunction, PythonService


class ShopStack(cdk.Stack):
    def __init__(self, scope, id_):
        super().__init__(scope, id_)
        service = PythonService(
            name="shop", source=Path("src"), requirements=Path("src/requirements.txt")
        )
        greet = PythonFunction(
            self, "Greet", service=service, entry="greet", environment={"GREETING": "hello"}
        )
        site = StaticSite(self, "Site", removal_policy=cdk.RemovalPolicy.RETAIN)
        SiteRelease(self, "Release", site=site, content=Path("site/dist"), config={})
        cdk.CfnOutput(self, "Function", value=greet.function_name)
        cdk.CfnOutput(self, "Bucket", value=site.bucket.bucket_name)
"""
GREET = """
import os

import lantern
from shop.words import WORD


def handler(event, _context):
    return {"greeting": os.environ["GREETING"], "word": WORD, "light": lantern.LIGHT}
"""
# As a build tool does: it watches by itself, says an error with file and line, and goes on.
BUILD = """
import time
from pathlib import Path

source, page, seen = Path("site/index.html"), Path("site/dist/index.html"), None
while True:
    text = source.read_text()
    if text != seen and text:
        seen = text
        if "<<" in text:
            print(f"error: {source}:1: this is no HTML", flush=True)
        else:
            page.write_text(text)
            print("built", flush=True)
    time.sleep(0.02)
"""
FILES = {
    "cdk.json": json.dumps({"app": "python3 app.py"}),
    "blockwork.toml": """
[[dev.websites]]
content = "site/dist"
watch = ["python", "build.py"]
sources = "site"
""",
    "app.py": APP,
    "stack.py": STACK,
    "build.py": BUILD,
    "src/shop/__init__.py": "",
    "src/shop/greet.py": GREET,
    "src/shop/words.py": 'WORD = "one"\n',
    "src/shop/spare.py": 'WORD = "spare"\n',
    "src/others/__init__.py": 'WORD = "others"\n',
    "site/index.html": "<title>one</title>",
    "site/dist/index.html": "<title>one</title>",
}


METADATA = "Metadata-Version: 2.1\nName: lantern\nVersion: {}\n"


class ShopApp:
    """The app, deployed by nobody yet.

    :param folder: where it goes.
    :param stage: the folder of its local stage.
    :param port: of AWS's APIs.
    """

    def __init__(self, folder: Path, stage: Path, port: int) -> None:
        self.folder, self.stage, self.port = folder, stage, port
        for name, text in FILES.items():
            self.save(name, text)
        for version in (1, 2):
            self._make_lantern(version)
        self.save("src/requirements.txt", self.locked(1))
        # What every app installs once: the interpreter, the CDK's command line, the emulator's.
        for name in (".venv", "node_modules", ".local"):
            (folder / name).symlink_to(ROOT / name)

    def save(self, name: str, text: str) -> None:
        """Save a file, as an editor does: in one go."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.unfinished")
        unfinished.write_text(text)
        unfinished.replace(path)

    def edit(self, name: str, old: str, new: str) -> None:
        """Save a file with something else in it."""
        text = (self.folder / name).read_text()
        assert old in text
        self.save(name, text.replace(old, new))

    def path(self, name: str) -> str:
        """Return the path of a file."""
        return str(self.folder / name)

    def locked(self, version: int) -> str:
        """Return a lock of the one package there is."""
        wheel = self._wheel(version)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        return f"lantern @ {wheel.as_uri()} --hash=sha256:{digest}\n"

    def _wheel(self, version: int) -> Path:
        return self.folder / "wheels" / f"lantern-{version}-py3-none-any.whl"

    def _make_lantern(self, version: int) -> None:
        info = f"lantern-{version}.dist-info"
        files = {
            "lantern.py": f"LIGHT = {version}\n",
            f"{info}/METADATA": METADATA.format(version),
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        rows = [f"{name},sha256={_digest(text)},{len(text)}" for name, text in files.items()]
        files[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,", ""])
        wheel = self._wheel(version)
        wheel.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)

    def client(self, service: Any) -> Any:
        """Return a client of the stage."""
        return client_of(service, endpoint=f"http://127.0.0.1:{self.port}", region="eu-west-2")

    def output(self, name: str) -> str:
        """Return what the stack tells."""
        (stack,) = self.client("cloudformation").describe_stacks(StackName="Shop")["Stacks"]
        return next(str(o["OutputValue"]) for o in stack["Outputs"] if o["OutputKey"] == name)

    def answer(self) -> dict[str, Any]:
        """Return what the function answers."""
        done = self.client("lambda").invoke(FunctionName=self.output("Function"), Payload=b"{}")
        answer: dict[str, Any] = json.loads(done["Payload"].read())
        return answer

    def page(self) -> str:
        """Return the site's page as it lies in its bucket."""
        done = self.client("s3").get_object(Bucket=self.output("Bucket"), Key="index.html")
        text: str = done["Body"].read().decode()
        return text

    def blockwork(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Call a command of the library in the app's folder."""
        return subprocess.run(
            [sys.executable, "-c", COMMAND, *words, "--directory", str(self.stage)],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )


class DevLoop:
    """`blockwork dev`, at work on the app."""

    def __init__(self, app: ShopApp, *options: str) -> None:
        self.app = app
        place = ["--directory", str(app.stage), "--port", str(app.port)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "dev", *place, *options],
            cwd=app.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._reading = threading.Thread(target=self._read)
        self._reading.start()
        self.until("Watching")

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line.rstrip())

    def until(self, text: str, times: int = 1) -> str:
        """Wait until it has said something so often, and return the line that says so."""

        def said() -> tuple[list[str], list[str]]:
            return [*self.lines], [line for line in self.lines if text in line]

        eventually(
            said, until=lambda seen: len(seen[1]) >= times or self.process.poll() is not None
        )
        found = said()[1]
        assert len(found) >= times, "\n".join(self.lines)
        return found[-1]

    def children(self) -> list[psutil.Process]:
        """Return what it has started, but for the stage, which outlives it."""
        group = Emulator(self.app.stage).group
        stage = {process.pid for process in group.members()} if group else set()
        found = psutil.Process(self.process.pid).children(recursive=True)
        return [process for process in found if process.pid not in stage]

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send it a signal and wait until it has ended."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait()
        self._reading.join()
        if self.process.stdout:
            self.process.stdout.close()
        return code


def gone(processes: list[psutil.Process]) -> Callable[[], bool]:
    """Return what tells whether processes have ended, for `eventually`."""

    def look() -> bool:
        return not any(
            process.is_running() and process.status() != psutil.STATUS_ZOMBIE
            for process in processes
        )

    return look


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
