"""Breakpoints in the loop: in an editor with `--debug`, in the terminal by `breakpoint()`."""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from blockwork.dev.debug_server import HOST, DebugServer
from blockwork.dev.pdb_console import PdbConsole
from blockwork.local.errors import LocalStageError
from blockwork.local.live import LiveFile

DEBUG_PORT = 5678
"""The one that debugpy and editors propose."""
EVERY_FUNCTION = "*"
ENTRY = "Blockwork: attach to functions"
LAUNCH_JSON = Path(".vscode", "launch.json")


@dataclass(frozen=True, kw_only=True)
class Editing:
    """What an editor is to debug.

    :param functions: parts of the names of the functions, in any case of letters. Default: all.
    :param port: for the editor. Default: the one that debugpy and editors propose.
    :param wait: these functions begin once an editor has attached. Default: at once.
    """

    functions: Sequence[str] = (EVERY_FUNCTION,)
    port: int = DEBUG_PORT
    wait: bool = False

    def check(self, known: Collection[str]) -> None:
        """Refuse a name that no function has, of those in `known`.

        :raises LocalStageError: with the names that there are.
        """
        for part in self.functions:
            if part != EVERY_FUNCTION and not any(
                part.casefold() in name.casefold() for name in known
            ):
                names = "\n  ".join(sorted(known))
                raise LocalStageError(
                    f"--function must be a part of a function's name, got {part}; there are\n"
                    f"  {names}"
                )


@contextmanager
def debugging(
    live: LiveFile,
    app: Path,
    *,
    say: Callable[[str], None],
    editing: Editing | None = None,
    stdin: IO[str] | None = None,
    stdout: IO[str] | None = None,
) -> Iterator[DebugServer | None]:
    """Let functions stop at breakpoints while the block runs, within `live.held()`.

    Yields the server that editors attach to, or None without `editing`: then `breakpoint()` opens
    pdb in the terminal, and nothing else is different. What stands when the block ends goes on.

    :param live: the file of the stage whose functions these are.
    :param app: the app's folder, in which the editor has its files.
    :param say: told what happens, a line each.
    :param editing: what an editor debugs. Default: nothing.
    :param stdin: of the terminal, for pdb. Default: that of the process.
    :param stdout: of the terminal, for pdb. Default: that of the process.
    :raises LocalStageError: if the port is taken.
    """
    server = _started(app, editing, say) if editing else None
    console = PdbConsole(
        say, has_editor=server.is_attached if server else lambda: False, stdin=stdin, stdout=stdout
    )
    console.start()
    told: dict[str, Any] = {"functions": [], "console": console.port}
    try:
        if server is not None and editing is not None:
            told |= {"functions": list(editing.functions), "port": server.port}
            told |= {"processes": server.process_port}
            say(_invitation(server.port, editing.functions, app))
        live.change(debug=told)
        yield server
    finally:
        live.change(debug=None)
        console.stop()
        if server is not None:
            server.stop()


def write_launch_json(folder: Path, port: int = DEBUG_PORT) -> str:
    """Put an entry into `.vscode/launch.json` by which VS Code attaches, and say what was done.

    Other entries stay as they are. So does a file that is no plain JSON, such as one with comments:
    then what is returned holds the entry to be put there by hand.

    :param folder: the one that is opened in VS Code.
    :param port: that `blockwork dev --debug` listens on.
    """
    file = folder / LAUNCH_JSON
    entry = {
        "name": ENTRY,
        "type": "debugpy",
        "request": "attach",
        "connect": {"host": HOST, "port": port},
        "justMyCode": False,
    }
    content: dict[str, Any] = {"version": "0.2.0", "configurations": []}
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        entries = content["configurations"]
        if not isinstance(entries, list):
            raise TypeError
        others = [each for each in entries if each.get("name") != ENTRY]
    except FileNotFoundError:
        entries = others = []
    except (ValueError, TypeError, KeyError, AttributeError):
        return (
            f"{file} is left as it is: it is no plain JSON with a list `configurations`. Put this"
            f" there by hand:\n{json.dumps(entry, indent=2)}"
        )
    if entry in entries:
        return f"{file} has the entry “{ENTRY}”."
    content["configurations"] = [*others, entry]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return f"{file} has the entry “{ENTRY}” now."


def _started(app: Path, editing: Editing, say: Callable[[str], None]) -> DebugServer:
    server = DebugServer(app, port=editing.port, wait=editing.wait, say=say)
    try:
        server.start()
    except OSError as error:
        raise LocalStageError(
            f"port {editing.port} for the debugger cannot be had ({error.strerror}): end what"
            " listens there, or choose another with --debug-port"
        ) from error
    return server


def _invitation(port: int, functions: Sequence[str], app: Path) -> str:
    which = "all functions" if EVERY_FUNCTION in functions else ", ".join(functions)
    vs_code = (app / LAUNCH_JSON).parent.is_dir()
    how = write_launch_json(app, port) if vs_code else "docs/debugging.md says how."
    return f"Debugger of {which} on {HOST}:{port}; attach an editor: {how}"
