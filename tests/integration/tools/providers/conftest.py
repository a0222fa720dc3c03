"""The outside world as a process of its own, and a customer who is called back."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import httpx
import pytest

from blockwork.local.fakes.keys import folder_of
from tests.conftest import free_port
from tests.waiting import eventually
from tools.platform import PlatformApp

ROOT = Path(__file__).parents[4]
KEY, WEBHOOK_KEY = "key-of-the-customer", "key-of-callbacks"


class Outside:
    """The outside world, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.webhook_keys = folder_of(folder, "campaigns") / "webhooks.key"
        self.webhook_keys.parent.mkdir(parents=True)
        self.webhook_keys.write_text(WEBHOOK_KEY)
        self.webhook_keys.with_name("key.key").write_text(KEY)
        headers = {"Authorization": f"Bearer {KEY}"}
        url = f"http://127.0.0.1:{self._port}"
        self.http = httpx.Client(base_url=url, trust_env=False, headers=headers)

    def start(self) -> None:
        fakes = [
            {"name": one.name, "code": one.code, "path": one.mounted} for one in PlatformApp().fakes
        ]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "blockwork.local.fakes"],
            cwd=ROOT,
            env={
                **os.environ,
                "OUTSIDE_PORT": str(self._port),
                "MAIL_PORT": str(self._port + 1),
                "STATE_DIR": str(self.folder),
                "FAKES": json.dumps(fakes),
            },
        )
        eventually(self._is_up)

    def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def behave(self, mode: str, **settings: float) -> None:
        wish = {"campaigns": {"mode": mode, **settings}}
        self.http.put("/control", json=wish).raise_for_status()

    def get(self, path: str) -> Any:
        return self.http.get(path).raise_for_status().json()

    def post(self, path: str, body: object = None, *, key: str = "") -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return self.http.post(path, content=json.dumps(body), headers=headers)

    def mails(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/mails")
        return found

    def _is_up(self) -> bool:
        try:
            return self.http.get("/health").is_success
        except httpx.HTTPError:
            return False


class Customer:
    """Somebody whose webhook is called.

    :param script: how to answer the next calls; 200 when it is used up, 0 for a hung-up line.
    """

    def __init__(self) -> None:
        self.script: list[int] = []
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.url = ""
        self.lock = Lock()


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    world = Outside(tmp_path)
    world.start()
    yield world
    world.kill()
    world.http.close()


@pytest.fixture
def customer() -> Iterator[Customer]:
    called = Customer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with called.lock:
                called.signatures.append(self.headers["X-Webhook-Signature"])
                called.bodies.append(body)
                status = called.script.pop(0) if called.script else 200
            if status:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    called.url = f"http://127.0.0.1:{server.server_address[1]}/webhooks/campaign-status"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield called
    server.shutdown()
    thread.join()
    server.server_close()
