"""An HTTP API of somebody else, on this machine, that answers whatever it is told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

SECRET = "key-test-4711"


class ScriptedApi:
    """Remembers every request, and answers from a script.

    :param script: the next answers, each a status and a body; 0 cuts the connection.
    """

    def __init__(self) -> None:
        self.script: list[tuple[int, object]] = []
        self.requests: list[tuple[str, str, str | None, Any]] = []
        self.secrets: list[str | None] = []
        self.url = ""

    @contextmanager
    def running(self) -> Iterator["ScriptedApi"]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self._answer()

            def do_GET(self) -> None:
                self._answer()

            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length) or b"null")
                key = self.headers.get("Idempotency-Key")
                api.requests.append((self.command, self.path, key, body))
                api.secrets.append(self.headers.get("Authorization"))
                status, answer = api.script.pop(0)
                if not status:
                    return
                content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", f"{api.url}/elsewhere")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
