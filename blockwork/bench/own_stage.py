"""A copy of the app with a local stage of its own, whose files a measurement may edit."""

import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx

from blockwork.bench.emulator import client
from blockwork.bench.row import BenchError
from blockwork.environment import tool_environment
from blockwork.local.fingerprint import BUILT
from blockwork.local.ports import first_free
from blockwork.local.toolchain import Toolchain

INSTALLED = (".venv", "node_modules")
"""What is linked, not copied."""
FIRST_PORT = 13_000
SECONDS = 30.0


class OwnStage:
    """What is asked of it is asked as anybody would: over HTTP, and through AWS's APIs.

    :param app: the app's folder, copied without what is built, installed or a hidden folder.
    :param folder: for the copy and the stage's state; it must not be there.
    """

    def __init__(self, app: Path, folder: Path) -> None:
        self.folder, self.directory = folder / "app", folder / "stage"
        self.port = first_free(FIRST_PORT)
        Toolchain().node_packages()
        shutil.copytree(app, self.folder, ignore=_left_out)
        for name in INSTALLED:
            if (app / name).exists():
                (self.folder / name).symlink_to(app / name)
        self._http = httpx.Client(trust_env=False, timeout=SECONDS)
        self._clients: dict[str, Any] = {}

    @contextmanager
    def up(self) -> Iterator[None]:
        """Bring it up, and forget it after the block.

        :raises BenchError: if it cannot be brought up, with what was said.
        """
        try:
            self.run("local", "up", "--port", str(self.port))
            yield
        finally:
            self._http.close()
            self.run("local", "clean")

    @contextmanager
    def loop(self) -> Iterator[None]:
        """Let `blockwork dev` watch while the block runs.

        :raises BenchError: if it ends before it watches, with what it said.
        """
        process = subprocess.Popen(
            self._command("dev"),
            cwd=self.folder,
            env=tool_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert process.stdout
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("Watching"):
                break
        rest = threading.Thread(target=process.stdout.read)
        rest.start()
        try:
            if process.poll() is not None or not said or not said[-1].startswith("Watching"):
                raise BenchError(f"blockwork dev has ended before it watches:\n{''.join(said)}")
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()
            rest.join()
            process.stdout.close()

    def run(self, *words: str) -> None:
        """Call a command of `blockwork` there, to its end.

        :raises BenchError: if it fails, with what it said.
        """
        done = subprocess.run(
            self._command(*words),
            cwd=self.folder,
            env=tool_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BenchError(f"blockwork {' '.join(words)} has failed:\n{done.stdout}")

    def _command(self, *words: str) -> list[str]:
        place = ("--directory", str(self.directory))
        return [sys.executable, "-m", "blockwork", *words, *place]

    @cached_property
    def told(self) -> dict[str, Any]:
        """What the app tells of itself once it is up, such as `siteUrl`."""
        content: dict[str, Any] = json.loads((self.directory / "platform.json").read_text())
        return content

    def get(self, address: str) -> str:
        """Return what an address answers, whatever its status."""
        return self._http.get(address).text

    def client(self, service: Any) -> Any:  # noqa: ANN401 -- boto3 makes its clients at run time
        """Return a client of an AWS API of the stage, which may do everything.

        The same one each time: to make one takes as long as ten looks.
        """
        if service not in self._clients:
            self._clients[service] = client(self.port, service)
        return self._clients[service]

    def outputs(self, stack: str) -> dict[str, str]:
        """Return what a stack tells, by the outputs' keys."""
        (found,) = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}

    def layers(self, function: str) -> list[str]:
        """Return the ARNs of the layers of the first function with this in its name.

        :raises BenchError: if there is none.
        """
        pages = self.client("lambda").get_paginator("list_functions").paginate()
        found = (each for page in pages for each in page["Functions"])
        for each in found:
            if function in each["FunctionName"]:
                return [layer["Arn"] for layer in each.get("Layers", [])]
        raise BenchError(f"no function has {function!r} in its name")


def _left_out(folder: str, names: list[str]) -> set[str]:
    """Name what a folder holds that is built, installed, or hidden."""
    hidden = (name for name in names if name.startswith(".") and Path(folder, name).is_dir())
    return {*BUILT.intersection(names), *hidden}
