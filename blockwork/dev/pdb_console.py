"""`breakpoint()` in a function: its pdb, in the terminal of the loop."""

import json
import os
import selectors
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

HOST = "127.0.0.1"
COMMANDS = "n next, s step in, r return, p print, l list, w where, c continue, q fail, h help"


class PdbConsole:
    """Takes the pdb of one function after the other to a terminal.

    :param say: told which function stands where, a line each.
    :param has_editor: tells whether an editor is attached; then a function that it debugs stops
        there instead. Default: none ever is.
    :param stdin: of the terminal, read only while a function stands. Default: that of the process.
    :param stdout: of the terminal. Default: that of the process.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        *,
        has_editor: Callable[[], bool] = lambda: False,
        stdin: IO[str] | None = None,
        stdout: IO[str] | None = None,
    ) -> None:
        self._say, self._has_editor = say, has_editor
        self._stdin, self._stdout = stdin or sys.stdin, stdout or sys.stdout
        self._terminal = threading.Lock()
        self._connections: set[socket.socket] = set()
        self.port = 0

    def start(self) -> None:
        """Listen, on a free port."""
        self._listener = socket.create_server((HOST, 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="pdb", daemon=True).start()

    def stop(self) -> None:
        """Let what stands go on, and listen no more."""
        for each in (self._listener, *list(self._connections)):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # it has been stopped
            while True:
                connection, _ = self._listener.accept()
                self._connections.add(connection)
                threading.Thread(target=self._meet, args=[connection], daemon=True).start()

    def _meet(self, connection: socket.socket) -> None:
        with connection, suppress(OSError, ValueError):  # the function has gone
            with connection.makefile("r", encoding="utf-8") as lines:
                told = json.loads(lines.readline())
            if told["debugged"] and self._has_editor():
                connection.sendall(b"editor\n")
            elif self._fd() is None:
                connection.sendall(b"none\n")
            else:
                self._open(connection, told)
        self._connections.discard(connection)

    def _open(self, connection: socket.socket, told: dict[str, Any]) -> None:
        where = f"{told['function']} stands at breakpoint(), {told['place']}"
        if not self._terminal.acquire(blocking=False):
            self._say(f"{where}: it waits until the terminal is free")
            self._terminal.acquire()
        try:
            connection.sendall(b"pdb\n")
            self._say(f"{where} ({COMMANDS})")
            self._talk(connection)
            self._say(f"{told['function']} goes on")
        finally:
            self._terminal.release()

    def _talk(self, connection: socket.socket) -> None:
        """Carry lines to and fro until the function closes the connection."""
        terminal = self._fd()
        with selectors.DefaultSelector() as ready:
            ready.register(connection, selectors.EVENT_READ)
            if terminal is not None:
                ready.register(terminal, selectors.EVENT_READ)
            while True:
                sources = [key.fileobj for key, _ in ready.select()]
                if connection in sources:
                    if not (said := connection.recv(65_536)):
                        return
                    self._stdout.write(said.decode(errors="replace"))
                    self._stdout.flush()
                elif terminal is not None and terminal in sources:
                    if typed := os.read(terminal, 65_536):
                        connection.sendall(typed)
                    else:  # nobody is there: pdb reads the end of its input, and goes on
                        ready.unregister(terminal)
                        connection.shutdown(socket.SHUT_WR)

    def _fd(self) -> int | None:
        try:
            return self._stdin.fileno()
        except (OSError, ValueError):
            return None
