"""Processes of live functions that stand where a handler's modules are about to be imported.

A new process of a handler takes most of its time before it comes to the app's own code: for the
interpreter, and for the AWS SDK that stock imports first. For a function that has been saved while
it was in use, the next process is started ahead, with the same environment and layers, and waits
there. It then gets the code as it is at that moment, runs one function as any other process does,
and is never used again.
"""

import contextlib
import io
import shutil
import threading
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ministack.core.lambda_runtime import Worker

from blockwork.local.emulator.gaps._hooks import repeat, replace_in_python_workers
from blockwork.local.live import LiveFile

MOST = 4
"""Processes at a time: some 40 MB each."""
LOOP_ENDED_SECONDS = 5.0
"""How often it is looked whether there is still a loop to stand by for."""
LONGEST_WAIT = 30.0
"""Seconds for one to come to where it stands, on a machine that does much else."""
LOOK_EVERY = 0.003
STANDS_BY = "_STANDS_BY"
STANDING = "standing-by"
ITS_PARTS = ("_proc", "_tmpdir", "said", "_start_time")

IMPORT = "mod = importlib.import_module(module_name)"
WAIT_FOR_THE_CODE = f"""
def _stand_by():
    import importlib, os, sys

    if os.environ.pop({STANDS_BY!r}, None) is None:
        return
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, {STANDING!r}), "w"):
        pass
    if not sys.stdin.readline():
        os._exit(0)
    importlib.invalidate_caches()
"""


def stand_before_import(then: str) -> str:
    """Return what a process runs first; it calls `then` before its handler is imported."""
    replace_in_python_workers(IMPORT, f"_stand_by(); {then}; {IMPORT}")
    return WAIT_FOR_THE_CODE


class Standbys:
    """The processes that stand by, at most one a function.

    :param live: tells whether there is a loop.
    :param spawn: starts a worker's process, up to its handler.
    """

    def __init__(self, live: LiveFile, spawn: Callable[[Any], None]) -> None:
        self._live, self._spawn = live, spawn
        self._standing: dict[str, _Standby] = {}
        self._changing = threading.Lock()
        repeat(self._end_without_loop, every=LOOP_ENDED_SECONDS)

    def prepare(self, worker: Any, packages: frozenset[str]) -> None:
        """Start one for a worker whose process runs, unless there is one.

        :param packages: at the top of its code.
        """
        made_of = (*worker.started_as, packages)
        with self._changing:
            if (name := _name(worker)) in self._standing:
                return
            self._standing[name] = _Standby(worker.func_name, made_of, self._spawn)
            too_many = list(self._standing)[:-MOST]
            ended = [self._standing.pop(each) for each in too_many]
        for each in ended:
            each.end()

    def let_begin(self, worker: Any, packages: frozenset[str], code: bytes) -> bool:
        """Let one run this code as the worker's process, and tell whether there was one.

        :raises RuntimeError: if the handler cannot be imported, as when a process is started.
        """
        with self._changing:
            standby = self._standing.pop(_name(worker), None)
        if standby is None:
            return False
        if standby.made_of != (worker.config, worker.code_zip, packages) or not standby.stands():
            standby.end()
            return False
        standby.begin(worker, code)
        return True

    def _end_without_loop(self) -> None:
        if self._standing and self._live.read() is None:
            with self._changing:
                ended, self._standing = list(self._standing.values()), {}
            for each in ended:
                each.end()


class _Standby:
    """One of them.

    :param made_of: the worker's settings and deployed code, and the packages in it: another one is
        none for it.
    """

    def __init__(self, name: str, made_of: tuple[Any, ...], spawn: Callable[[Any], None]) -> None:
        self.made_of = made_of
        config, code, _ = made_of
        variables = (config.get("Environment") or {}).get("Variables") or {}
        waiting = {**config, "Environment": {"Variables": {**variables, STANDS_BY: "1"}}}
        self._worker = Worker(name, waiting, code)
        self._error: Exception | None = None
        self._starting = threading.Thread(
            target=self._start, args=[spawn], daemon=True, name=f"standby of {name}"
        )
        self._starting.start()

    def _start(self, spawn: Callable[[Any], None]) -> None:
        try:
            spawn(self._worker)
        except Exception as error:  # whatever it is, it is the worker's that it is for
            self._error = error

    def stands(self) -> bool:
        """Tell whether it has come to where it waits; it may just be on its way there."""
        give_up = time.monotonic() + LONGEST_WAIT
        while self._starting.is_alive() and time.monotonic() < give_up:
            folder = self._worker._tmpdir
            if folder and Path(folder, STANDING).exists():
                return True
            time.sleep(LOOK_EVERY)
        return False

    def begin(self, worker: Any, code: bytes) -> None:
        """Be the worker's process from now on."""
        folder = Path(self._worker._tmpdir, "code")
        for each in folder.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            archive.extractall(folder)
        with contextlib.suppress(OSError):  # it has ended: its thread says so
            self._worker._proc.stdin.write("go\n")
            self._worker._proc.stdin.flush()
        self._starting.join()
        let_go(worker)
        for part in ITS_PARTS:
            setattr(worker, part, getattr(self._worker, part))
        if self._error is not None:
            raise self._error

    def end(self) -> None:
        """End it; it may be on its way."""

        def end() -> None:
            self.stands()
            self._worker.kill()

        threading.Thread(target=end, daemon=True).start()


def let_go(worker: Any) -> None:
    """Take a worker's process and files away from it, to end beside what goes on."""
    old = Worker(worker.func_name, worker.config, b"")
    old._proc, worker._proc = worker._proc, None
    old._tmpdir, worker._tmpdir = worker._tmpdir, None
    threading.Thread(target=old.kill, daemon=True, name=f"end of {worker.func_name}").start()


def _name(worker: Any) -> str:
    return f"{worker.config.get('FunctionArn', '')}:{worker.config.get('Version', '')}"


def packages_in(files: Mapping[str, str]) -> frozenset[str]:
    """Return the names at the top of a function's code that are live."""
    return frozenset(name.partition("/")[0] for name in files)
