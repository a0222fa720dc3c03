"""While a loop watches an app, its functions run from their sources.

AWS runs what was deployed, and so does the local stage. Not an emulator's gap but the loop's way
in: `blockwork dev` says in `dev/live.json`, see :mod:`blockwork.local.live`, which files each
function's code is made of, by their names there. A process is started from the deployed code with
these files in the place of its own, so it has what the next deployment would give it and nothing
else. Modules are compiled from the sources, under their own paths: bytecode is told from stale one
by whole seconds, which two saves may share. Without a loop everything is as it was deployed.

Before each invocation the files are compared with those that the process was started from; where
one was saved since, it is replaced, from the second time on by one that stands by. If the loop has
not yet said what that save asks for, such as a module that is imported now, it is waited for: no
request after a save meets old code.
"""

import io
import json
import logging
import os
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ministack.core.lambda_runtime import Worker

from blockwork.local.emulator.gaps._hooks import run_first_in_python_workers
from blockwork.local.emulator.gaps._standbys import (
    Standbys,
    let_go,
    packages_in,
    stand_before_import,
)
from blockwork.local.live import LiveFile

LONGEST_WAIT = 3.0
"""Seconds for the loop to say what a save asks for; then what it said before holds."""
LOOK_EVERY = 0.01
NOTE = ".live-sources.json"
BYTECODE = ".pyc"

State = dict[str, tuple[int, int] | None]
logger = logging.getLogger("live_sources")

FIND_SOURCES = f"""
import importlib.abc, importlib.machinery, importlib.util, json, os, sys, traceback


class _FromSource(importlib.machinery.SourceFileLoader):
    def get_code(self, name):
        return self.source_to_code(self.get_data(self.path), self.path)


class _Sources(importlib.abc.MetaPathFinder):
    def __init__(self, code, files):
        self.code, self.files = code, files

    def find_spec(self, name, path=None, target=None):
        below = name.replace(".", "/")
        for file, inside in ((below + "/__init__.py", below), (below + ".py", None)):
            source = self.files.get(file)
            if source is not None:
                folders = None if inside is None else [os.path.join(self.code, inside)]
                return importlib.util.spec_from_file_location(
                    name, source, loader=_FromSource(name, source),
                    submodule_search_locations=folders,
                )
        return None


def _find_sources():
    code = os.path.join(os.path.dirname(os.path.abspath(__file__)), "code")
    note = os.path.join(code, {NOTE!r})
    if not os.path.exists(note):
        return
    with open(note) as file:
        files = json.load(file)
    os.unlink(note)
    sys.meta_path.insert(0, _Sources(code, files))
"""


def close() -> None:
    """Start processes from the sources, and anew when those have changed."""
    live = LiveFile(Path(os.environ["STATE_DIR"]).parent)
    spawn, invoke = Worker._spawn, Worker.invoke
    standbys = Standbys(live, spawn)

    def live_spawn(worker: Any) -> None:
        files = _files_of(worker, live)
        worker.live_state = state_of(files)  # before they are read: a save meanwhile is seen
        if files is None:
            spawn(worker)
            return
        deployed = worker.code_zip
        worker.started_as = worker.config, deployed
        code = with_sources(deployed, files)
        if standbys.let_begin(worker, packages_in(files), code):
            return
        worker.code_zip = code
        try:
            spawn(worker)
        finally:
            worker.code_zip = deployed

    def live_invoke(worker: Any, *request: Any, **options: Any) -> dict[str, Any]:
        if not worker.config.get("Runtime", "").startswith("python"):
            return dict(invoke(worker, *request, **options))
        files = _settled(worker, live)
        if worker._proc is not None and getattr(worker, "live_state", None) != state_of(files):
            worker.was_saved = files is not None
            let_go(worker)
        result = dict(invoke(worker, *request, **options))
        if files is not None and getattr(worker, "was_saved", False) and not _is_debugged(worker):
            standbys.prepare(worker, packages_in(files))
        return result

    Worker._spawn, Worker.invoke = live_spawn, live_invoke
    run_first_in_python_workers(FIND_SOURCES + stand_before_import("_find_sources()"))


def _is_debugged(worker: Any) -> bool:
    """Tell whether an editor is joined by each process of the function: none is to be idle."""
    return "processes" in (getattr(worker, "told", None) or {})


def _settled(worker: Any, live: LiveFile) -> Mapping[str, str] | None:
    """Return a function's files once the loop has seen the last save of each, or None."""
    give_up = time.monotonic() + LONGEST_WAIT
    while True:
        said = _said_of(worker, live)
        if said is None:
            return None
        files: Mapping[str, str] = said["files"]
        now = state_of(files) or {}
        seen = said["seen"]
        if all(list(state or ()) == seen.get(path) for path, state in now.items()):
            return files
        if time.monotonic() > give_up:
            return files
        time.sleep(LOOK_EVERY)


def _said_of(worker: Any, live: LiveFile) -> dict[str, Any] | None:
    said = (live.read() or {}).get("functions", {}).get(worker.config.get("FunctionName"))
    return said if isinstance(said, dict) else None


def _files_of(worker: Any, live: LiveFile) -> Mapping[str, str] | None:
    said = _said_of(worker, live)
    python = worker.config.get("Runtime", "").startswith("python")
    return said["files"] if said is not None and python else None


def state_of(files: Mapping[str, str] | None) -> State | None:
    """Return what tells files from others that are or were under the same paths."""
    return None if files is None else {path: _state(path) for path in files.values()}


def _state(path: str) -> tuple[int, int] | None:
    try:
        state = Path(path).stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size


def with_sources(deployed: bytes, files: Mapping[str, str]) -> bytes:
    """Return a function's code with these files in it, and none else of the same packages.

    :param files: paths of sources by their names in the code.
    """
    packages = {name.partition("/")[0] for name in files}
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(deployed)) as stock, zipfile.ZipFile(made, "w") as live:
        for item in stock.infolist():
            top = item.filename.partition("/")[0]
            is_module = item.filename.endswith((".py", BYTECODE))
            if item.filename not in files and not (is_module and top in packages):
                live.writestr(item, stock.read(item))
        present = {}
        for name, path, content in _contents(files):
            live.writestr(name, content)
            present[name] = path
        live.writestr(NOTE, json.dumps(present))
    return made.getvalue()


def _contents(files: Mapping[str, str]) -> Iterator[tuple[str, str, bytes]]:
    for name, path in files.items():
        try:
            yield name, path, Path(path).read_bytes()
        except OSError:
            continue  # deleted: as on AWS, the function lacks it
