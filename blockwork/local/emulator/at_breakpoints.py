"""What the process of a Python handler does at a breakpoint.

Run there, before the function's code is looked at, and loaded by its path: packages of the function
that have our names are not to be taken for the emulator's. Standard library only; debugpy and pdb
are loaded where somebody debugs.

A process that stands at a breakpoint says so by a file beside its script, and its clock stands.
"""

import json
import os
import pdb
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

HOST = "127.0.0.1"
STANDING = "standing"
"""The file that is there while the process stands."""


class Clock:
    """Time as the function's timeout sees it.

    :param script: of the process; the file is beside it.
    """

    def __init__(self, script: Path) -> None:
        self._sign = script.with_name(STANDING)
        self._changing = threading.Lock()
        self._standing = 0
        self._since = self._stood = 0.0

    def now(self) -> float:
        """Return the time without that in which the process stood."""
        return time.time() - self._stood

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Let the time stand still while the block runs, in any thread."""
        with self._changing:
            self._standing += 1
            if self._standing == 1:
                self._since = time.time()
                self._sign.touch()
        try:
            yield
        finally:
            with self._changing:
                self._standing -= 1
                if self._standing == 0:
                    self._stood += time.time() - self._since
                    self._sign.unlink(missing_ok=True)


class Console(pdb.Pdb):
    """pdb at the other end of a connection, one from its first stop to its last.

    :param connection: to the terminal.
    :param clock: which stands while somebody thinks.
    :param after: called when it traces no more.
    """

    def __init__(
        self, connection: socket.socket, clock: Clock, after: Callable[[], object]
    ) -> None:
        self._connection, self._clock, self._after = connection, clock, after
        self._wire = connection.makefile("rw", encoding="utf-8", newline="\n")
        super().__init__(stdin=self._wire, stdout=self._wire, nosigint=True, skip=["__main__"])
        self.is_open = True

    def interaction(self, *stop: Any, **more: Any) -> None:  # noqa: ANN401 -- differs by version
        """Ask what to do, as long as the terminal is there."""
        with self._clock.stopped():
            try:
                super().interaction(*stop, **more)
            except OSError:
                self.set_continue()
                self.end()

    def user_return(self, frame: FrameType, return_value: Any) -> None:  # noqa: ANN401
        """Stop where a function returns, unless what follows is the emulator's."""
        if frame.f_back is None or frame.f_back.f_globals.get("__name__") == "__main__":
            self.end()
        else:
            super().user_return(frame, return_value)

    def do_continue(self, arg: str) -> bool | None:
        """Go on; that is the end, unless pdb has breakpoints of its own."""
        super().do_continue(arg)
        if not self.breaks:
            self.end()
        return True

    do_c = do_cont = do_EOF = do_continue  # noqa: N815 -- names of pdb's commands

    def end(self) -> None:
        """Give the terminal back, and trace no more."""
        self.is_open = False
        self.clear_all_breaks()
        self.set_continue()
        with suppress(OSError):
            self._wire.close()
        self._connection.close()
        self._after()


class Breakpoints:
    """What `breakpoint()` does in this process.

    :param script: the script that the process runs.
    :param told: what the loop says; empty without one.
    :param function: the function's name.
    """

    def __init__(self, script: Path, told: dict[str, Any], function: str) -> None:
        self.clock = Clock(script)
        self._script, self._told, self._function = script, told, function
        self._console: Console | None = None

    def __call__(self, *_arguments: object, **_options: object) -> None:
        """Stop in the editor that is attached, else in the terminal of the loop."""
        frame = sys._getframe(1)
        place = f"{frame.f_code.co_filename}:{frame.f_lineno}"
        if self._console and self._console.is_open:
            self._console.set_trace(frame)
            return
        answer, connection = self._ask(place)
        if answer == "editor":
            import debugpy

            debugpy.breakpoint()
        elif answer == "pdb" and connection:
            self._console = Console(connection, self.clock, self._trace_again)
            self._leave_tracing()
            self._console.set_trace(frame)
        else:
            print(
                f"breakpoint() at {place}: nobody debugs, so it goes on (`blockwork dev` in a"
                " terminal would open pdb); on AWS the invocation fails there with bdb.BdbQuit",
                file=sys.stderr,
            )

    def end_of_invocation(self) -> None:
        """Give the terminal back, where somebody steps on at the end of the handler."""
        if self._console and self._console.is_open:
            self._console.end()

    def join(self, port: int) -> None:
        """Let the loop's debugger in, and wait until it lets this process begin."""
        os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # else it warns of frozen modules
        import debugpy.server  # which lets pydevd be found
        import pydevd

        wait = pydevd.PyDB.do_wait_suspend

        def stand(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 -- whatever it takes
            with self.clock.stopped():
                return wait(*arguments, **options)

        pydevd.PyDB.do_wait_suspend = stand
        roots = [*_folders_of_layers(), self._script.parent / "code"]
        identity = {
            "function": self._function,
            "script": str(self._script),
            "roots": [*map(str, roots)],
        }
        debugpy.configure(subProcess=False)
        try:
            debugpy.connect((HOST, port), access_token=json.dumps(identity))
        except (Exception, SystemExit) as error:  # the loop has just ended
            print(f"no debugger at {HOST}:{port}: {error}", file=sys.stderr)
        sys.breakpointhook = self  # debugpy has put its own there

    def _leave_tracing(self) -> None:
        """Let pdb trace without a warning of debugpy's, which does so until then."""
        if "processes" in self._told:
            import pydevd_tracing

            pydevd_tracing.restore_sys_set_trace_func()

    def _trace_again(self) -> None:
        """Give debugpy back the tracing that pdb has taken over."""
        if "processes" in self._told:
            import debugpy

            debugpy.debug_this_thread()

    def _ask(self, place: str) -> tuple[str, socket.socket | None]:
        port = self._told.get("console")
        if port is None:
            return "", None
        try:
            connection = socket.create_connection((HOST, port))
            debugged = "processes" in self._told
            told = {"function": self._function, "place": place, "debugged": debugged}
            with self.clock.stopped():
                connection.sendall(json.dumps(told).encode() + b"\n")
                answer = _line(connection)
        except OSError:  # the loop has just ended
            return "", None
        if answer != "pdb":
            connection.close()
        return answer, connection


def _folders_of_layers() -> Iterator[Path]:
    """Return the folders of layers that modules are imported from, as stock puts them."""
    for layer in filter(None, os.environ.get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep)):
        yield from Path(layer, "python", "lib").glob("*/site-packages")
        yield Path(layer, "python")


def _line(connection: socket.socket) -> str:
    """Return the line that comes next, without reading any further."""
    line = b""
    while not line.endswith(b"\n") and (byte := connection.recv(1)):
        line += byte
    return line.decode().strip()
