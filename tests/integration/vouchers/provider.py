"""A payment provider on this machine that behaves as badly as it is told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

SECRET = "sk-test-4711"


class Provider:
    """Takes each key once, in whatever way it answers.

    :param script: how to answer the next requests to pay, one word each; `ok` when it is used up.
    """

    def __init__(self) -> None:
        self.script: list[str] = []
        self.secret = SECRET
        self.taken: dict[str, str] = {}
        self.declined: set[str] = set()
        self.returned: list[str] = []
        self.requests: list[dict[str, Any]] = []
        self.url = ""
        self._lock = Lock()

    def next_behaviour(self) -> str:
        with self._lock:
            return self.script.pop(0) if self.script else "ok"

    def take(self, key: str) -> bool:
        with self._lock:
            known = key in self.taken
            self.taken.setdefault(key, f"payment-{len(self.taken) + 1}")
            return not known

    def void(self, key: str) -> bytes:
        with self._lock:
            if self.taken.pop(key, None):
                self.returned.append(key)
            self.declined.add(key)
        return json.dumps({"paymentId": "p", "status": "VOIDED"}).encode()

    def view(self, key: str) -> bytes:
        return json.dumps({"paymentId": self.taken[key], "status": "TAKEN", "extra": 1}).encode()

    @contextmanager
    def running(self) -> Iterator["Provider"]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                self._note(json.loads(self.rfile.read(length) or b"null"))
                if self.headers["Authorization"] != f"Bearer {provider.secret}":
                    return self._answer(401)
                behaviour = provider.next_behaviour()
                if self.path.endswith("/void"):
                    return self._void(self.path.split("/")[-2], behaviour)
                key = self.headers["Idempotency-Key"]
                if behaviour == "decline":
                    provider.declined.add(key)
                    return self._answer(402, b'{"status": "DECLINED"}')
                if behaviour.isdecimal():
                    return self._answer(int(behaviour))
                if behaviour == "hang up":
                    return self._hang_up()
                status = 201 if provider.take(key) else 200
                if behaviour == "time out":
                    self.connection.recv(1)  # nothing comes but its end
                    return self._hang_up()
                if behaviour == "hang up after taking":
                    return self._hang_up()
                if behaviour.startswith("{") or behaviour == "nonsense":
                    return self._answer(status, behaviour.encode())
                return self._answer(status, provider.view(key), twice=behaviour == "twice")

            def do_GET(self) -> None:
                self._note(None)
                key = self.path.rpartition("/")[2]
                behaviour = provider.next_behaviour()
                if behaviour.isdecimal():
                    return self._answer(int(behaviour))
                if key in provider.declined:
                    return self._answer(200, b'{"paymentId": "p", "status": "DECLINED"}')
                if key not in provider.taken:
                    return self._answer(404)
                return self._answer(200, provider.view(key))

            def _void(self, key: str, behaviour: str) -> None:
                if behaviour.isdecimal():
                    return self._answer(int(behaviour))
                answer = provider.void(key)
                if behaviour == "hang up after voiding":
                    return self._hang_up()
                return self._answer(200, answer if behaviour == "ok" else behaviour.encode())

            def _note(self, body: Any) -> None:
                provider.requests.append(
                    {
                        "method": self.command,
                        "path": self.path,
                        "body": body,
                        "headers": {name.lower(): value for name, value in self.headers.items()},
                        "client": self.client_address,
                    }
                )

            def _answer(self, status: int, body: bytes = b"", *, twice: bool = False) -> None:
                head = f"HTTP/1.1 {status} Answer\r\nContent-Length: {len(body)}\r\n"
                if 300 <= status < 400:
                    head += f"Location: {provider.url}/elsewhere\r\n"
                self.wfile.write((head.encode() + b"\r\n" + body) * (2 if twice else 1))

            def _hang_up(self) -> None:
                self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
