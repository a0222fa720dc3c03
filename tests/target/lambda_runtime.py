"""Lambda's side of a function's start: its folders, its environment, its Runtime API."""

import json
import os
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uv

from blockwork.target_python import VERSION, compile_all
from tests.waiting import computed, eventually

LOCK = Path(__file__).with_name("requirements.txt")
STARTED = "started"
ONE_UNPACKS = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A function as it is deployed.

    :param handler: `module.function`.
    :param code: the zip of its code.
    :param layers: the zips of its layers.
    :param variables: its environment.
    """

    handler: str
    code: Path
    layers: tuple[Path, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LambdaRuntime:
    """A Python of Lambda's version with what Lambda puts beside it.

    :param python: the interpreter.
    :param packages: what is in `/var/runtime`.
    :param layers: where layers are unpacked. A function only reads them, so who has the same ones
        has the same folder.
    """

    python: Path
    packages: Path
    layers: Path

    def start(self, bundle: Bundle) -> str:
        """Return `STARTED` once a function asks for its first event, or what it failed with."""
        with TemporaryDirectory() as folder, runtime_api() as (address, told):
            task, log = Path(folder, "task"), Path(folder, "log")
            unpack(bundle.code, task)
            opt = self._opt(bundle.layers)
            environment = {
                **fixed(bundle.handler, task),
                **bundle.variables,
                "AWS_LAMBDA_RUNTIME_API": address,
                "PYTHONPATH": os.pathsep.join([f"{opt}/python", str(self.packages)]),
            }
            # Without site-packages: nothing that this machine has may stand in for what is missing.
            command: list[str | Path] = [self.python, "-S", "-m", "awslambdaric", bundle.handler]
            with log.open("w") as output:
                process = subprocess.Popen(
                    command, cwd=task, env=environment, stdout=output, stderr=output
                )
            try:

                def look() -> str | int:
                    if not told and process.poll() is not None:
                        told.append(f"it ended with exit code {process.returncode}")
                    return told[0] if told else computed(process.pid)

                outcome = str(eventually(look, until=lambda seen: isinstance(seen, str)))
            finally:
                process.kill()
                process.wait()
            if outcome == STARTED:
                return STARTED
            return f"{bundle.handler}: {outcome}\n{log.read_text(errors='replace')}"

    def _opt(self, layers: tuple[Path, ...]) -> Path:
        """Return `/opt` with these layers; their names tell what is in them."""
        opt = self.layers / "+".join(["opt", *(layer.stem for layer in layers)])
        with ONE_UNPACKS:
            if not opt.exists():
                for layer in layers:
                    unpack(layer, opt)
        return opt


def unpack(archive: Path, into: Path) -> None:
    with zipfile.ZipFile(archive) as files:
        files.extractall(into)


def fixed(handler: str, task: Path) -> dict[str, str]:
    """Return the variables that Lambda sets for every function (AWS Lambda, Runtimes)."""
    return {
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_REGION": "eu-west-2",
        "AWS_DEFAULT_REGION": "eu-west-2",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{VERSION}",
        "AWS_LAMBDA_FUNCTION_NAME": "function",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
        "LAMBDA_TASK_ROOT": str(task),
        "LANG": "en_US.UTF-8",
        "PATH": os.defpath,
        "PYTHONDONTWRITEBYTECODE": "1",  # the folders cannot be written to
        "TZ": ":UTC",
        "_HANDLER": handler,
    }


@contextmanager
def runtime_api() -> Iterator[tuple[str, list[str]]]:
    """Answer as Lambda's Runtime API does; give its address, and what it was told of the start."""
    told: list[str] = []
    is_over = threading.Event()

    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.endswith("/runtime/invocation/next"):
                told.append(STARTED)
            is_over.wait()  # no event ever comes

        def do_POST(self) -> None:
            said = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path.endswith("/runtime/init/error"):
                error = json.loads(said)
                told.append(f"{error.get('errorType')}: {error.get('errorMessage')}")
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", told
    finally:
        is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def lambda_packages(folder: Path, platform: str | None, compiler: Path) -> Path:
    """Install what Lambda's runtime brings for a platform of uv, with its bytecode."""
    command: list[str | Path] = [uv.find_uv_bin(), "pip", "install", "--quiet", "--target", folder]
    command += ["--only-binary", ":all:", "--python-version", VERSION, "--require-hashes"]
    command += ["--requirements", LOCK]
    if platform:
        command += ["--python-platform", platform]
    subprocess.run(command, check=True)
    compile_all(compiler, folder)
    return folder
