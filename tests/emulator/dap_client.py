"""An editor, as far as debugging goes: it speaks the Debug Adapter Protocol."""

import json
import socket
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.waiting import PATIENCE


class DapClient:
    """Attached to a port, with breakpoints, while the block runs.

    :param port: where the debugger listens.
    :param breakpoints: lines by file.
    """

    def __init__(self, port: int, breakpoints: dict[Path, list[int]] | None = None) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._stream = self._socket.makefile("rwb")
        self._number = 0
        self._told: list[dict[str, Any]] = []
        self._breakpoints = breakpoints or {}

    def __enter__(self) -> "DapClient":
        self.ask("initialize", adapterID="test", linesStartAt1=True, pathFormat="path")
        attach = self._send("attach", justMyCode=False)
        self.hears("initialized")
        for file, lines in self._breakpoints.items():
            self.break_at(file, *lines)
        self.ask("setExceptionBreakpoints", filters=[])
        self.ask("configurationDone")
        self._response(attach)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()
        self._socket.close()

    def ask(self, command: str, **arguments: Any) -> Any:
        """Ask for something, and return the body of the answer."""
        return self._response(self._send(command, **arguments))

    def hears(self, event: str) -> dict[str, Any]:
        """Wait for an event, and return its body."""
        while True:
            for told in self._told:
                if told.get("event") == event:
                    self._told.remove(told)
                    body: dict[str, Any] = told.get("body", {})
                    return body
            self._told.append(self._read())

    def break_at(self, file: Path, *lines: int) -> list[dict[str, Any]]:
        """Set the breakpoints of a file, and return what is said of them."""
        breakpoints = [{"line": line} for line in lines]
        said: list[dict[str, Any]] = self.ask(
            "setBreakpoints", source={"path": str(file)}, breakpoints=breakpoints
        )["breakpoints"]
        return said

    def stops(self) -> tuple[int, dict[str, Any]]:
        """Wait until a thread stops, and return it with the frame it stands in."""
        thread = self.hears("stopped")["threadId"]
        return thread, self.frame(thread)

    def frame(self, thread: int) -> dict[str, Any]:
        """Return the frame that a thread stands in."""
        frame: dict[str, Any] = self.ask("stackTrace", threadId=thread)["stackFrames"][0]
        return frame

    def variables(self, frame: dict[str, Any]) -> dict[str, str]:
        """Return the local variables of a frame as they are shown."""
        scopes = self.ask("scopes", frameId=frame["id"])["scopes"]
        reference = next(each for each in scopes if each["name"] == "Locals")["variablesReference"]
        shown = self.ask("variables", variablesReference=reference)["variables"]
        return {each["name"]: each["value"] for each in shown}

    def _send(self, command: str, **arguments: Any) -> int:
        self._number += 1
        request = {"seq": self._number, "type": "request", "command": command}
        content = json.dumps({**request, "arguments": arguments}).encode()
        self._stream.write(b"Content-Length: %d\r\n\r\n" % len(content) + content)
        self._stream.flush()
        return self._number

    def _response(self, number: int) -> Any:
        while True:
            for told in self._told:
                if told.get("request_seq") == number:
                    self._told.remove(told)
                    assert told["success"], told
                    return told.get("body")
            self._told.append(self._read())

    def _read(self) -> dict[str, Any]:
        length = 0
        while line := self._stream.readline().strip():
            length = int(line.removeprefix(b"Content-Length:"))
        message: dict[str, Any] = json.loads(self._stream.read(length))
        return message
