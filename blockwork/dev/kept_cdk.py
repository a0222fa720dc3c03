"""A process that keeps the CDK loaded and imports an app's own modules anew for each synthesis.

Run by `synthesis.py` with the app's own interpreter, which need not have this library: standard
library only, and nothing of ours but what lies beside this file.

It ends with whoever started it, killed or not: the pipe of its requests ends then, and it ends all
that it has started, at work or not, and leaves no temporary files.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import importlib
import importlib.machinery
import importlib.util
import json
import linecache
import os
import queue
import runpy
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any


def _beside(name: str) -> Any:  # noqa: ANN401 -- a module
    """Load a module that lies beside this one, under a name that no app has."""
    file = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"blockwork_dev_{name}", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if TYPE_CHECKING:
    from blockwork.dev import foreseen, ours
else:
    foreseen, ours = _beside("foreseen"), _beside("ours")

LIBRARY = ("constructs_lib", "blockwork")
"""Installed with an app, as the CDK is, and kept as that is. Who works on it, too, has it in his
folder: there it is kept until a file of it changes."""

WARM_UPS = 2
"""Loads what an app needs, and lets Node.js compile it: the next synthesis is as quick as any."""

_ending = threading.Event()
_kernels: list[foreseen.Foreseen] = []
_library: dict[str, tuple[int, int]] = {}
_codes: dict[str, tuple[tuple[int, int], Any]] = {}


def compile_ours_from_source() -> None:
    """Let no bytecode stand for a module of the app.

    It compares whole seconds and sizes: of two saves within a second it may show the first.
    """
    loader = importlib.machinery.SourceFileLoader
    from_bytecode = loader.get_code

    def get_code(self: Any, fullname: str) -> Any:  # noqa: ANN401 -- as importlib has it
        path = self.get_filename(fullname)
        if not ours.is_ours(path):
            return from_bytecode(self, fullname)
        said = os.stat(path)  # noqa: PTH116 -- once for each module of each synthesis
        state = (said.st_mtime_ns, said.st_size)
        if _codes.get(path, (None,))[0] != state:
            _codes[path] = (state, self.source_to_code(self.get_data(path), path))
        return _codes[path][1]

    loader.get_code = get_code  # type: ignore[method-assign]


def library() -> dict[str, tuple[int, int]]:
    """Return what tells the files of the library from others, as far as it is loaded."""
    state: dict[str, tuple[int, int]] = {}
    for name in LIBRARY:
        file = getattr(sys.modules.get(name), "__file__", None)
        if file and ours.is_ours(file):
            for at, _, files in os.walk(Path(file).parent):
                for each in files:
                    if each.endswith(".py"):
                        said = os.stat(os.path.join(at, each))  # noqa: PTH116, PTH118 -- hundreds
                        state[f"{at}/{each}"] = (said.st_mtime_ns, said.st_size)
    return state


def forget_ours(kept: tuple[str, ...] = ()) -> None:
    """Forget every module of the app.

    :param kept: packages that are kept.
    """
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in kept:
            continue
        file = getattr(module, "__file__", None)
        if isinstance(file, str):
            gone = ours.is_ours(file)
        else:  # a namespace
            folders = [f"{folder}/x.py" for folder in getattr(module, "__path__", [])]
            gone = bool(folders) and all(map(ours.is_ours, folders))
        if gone and name != "__main__":
            del sys.modules[name]
    importlib.invalidate_caches()
    linecache.clearcache()


def run(program: list[str]) -> None:
    """Run the app as `python` would."""
    if program[0] == "-m":
        sys.argv = program[1:]
        runpy.run_module(program[1], run_name="__main__", alter_sys=True)
        return
    file = str(Path(program[0]).absolute())
    sys.argv = program
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=file, __builtins__=__builtins__)
    before, sys.modules["__main__"] = sys.modules["__main__"], main
    try:
        exec(compile(Path(file).read_bytes(), file, "exec"), main.__dict__)
    finally:
        sys.modules["__main__"] = before


class _EnoughError(BaseException):
    """A warm-up has come to where an assembly would be written."""


def synthesise(program: list[str]) -> dict[str, Any]:
    """Run the app once and return what came of it."""
    global _library
    started, now = time.time_ns(), library()
    forget_ours(LIBRARY if now == _library else ())
    ours.places.clear()
    failed: BaseException | None = None
    try:
        for kernel in _kernels:
            kernel.begin()
        if cdk := sys.modules.get("aws_cdk"):
            cdk.AssetStaging.clear_asset_hash_cache()
        run(program)
    except SystemExit as end:
        failed = end if end.code not in (None, 0) else None
    except BaseException as error:  # whatever it is, it is the app's
        failed = error
    finally:
        _library = now or {
            file: state for file, state in library().items() if state[0] < started
        }  # as it was before it was read
    for kernel in _kernels:
        kernel.end(keep=not failed or isinstance(failed, _EnoughError))
    if failed and not any(kernel.wrong for kernel in _kernels):
        return {"error": ours.described(failed)}
    return {"places": {path: [file, line] for path, file, line in ours.places.values()}}


def warm_up(program: list[str]) -> None:
    """Run the app up to where it would write its assembly. What it says is said at a synthesis."""
    import jsii  # type: ignore[import-not-found,unused-ignore]

    invoke = jsii.invoke

    def invoke_until_synth(made: Any, method: str, args: Any = None) -> Any:  # noqa: ANN401 -- jsii's
        if method == "synth":
            raise _EnoughError
        return invoke(made, method, args)

    jsii.invoke = invoke_until_synth
    try:
        with (
            Path(os.devnull).open("w") as nowhere,
            contextlib.redirect_stdout(nowhere),
            contextlib.redirect_stderr(nowhere),
        ):
            synthesise(program)
    finally:
        jsii.invoke = invoke


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Be the only process that puts something into the assembly's folder."""
    output = Path(os.environ["CDK_OUTDIR"])
    output.mkdir(parents=True, exist_ok=True)
    folder = os.open(output, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def let_go() -> None:
    """Free what one synthesis has made, as far as jsii lets go of it."""
    forget_ours(LIBRARY)
    with contextlib.suppress(Exception):
        sys.modules["jsii"]._reference_map._refs._refs.clear()
    gc.unfreeze()  # an app may have frozen what it had imported
    gc.collect()


def serve(requests: int, answers: int, program: list[str]) -> None:
    """Answer one line for each line, until there are no more."""
    global _kernels
    asked: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def listen() -> None:
        with os.fdopen(requests) as lines:
            for line in lines:
                asked.put(json.loads(line))
        _ending.set()
        os.killpg(0, signal.SIGHUP)  # all but this process
        shutil.rmtree(temporary, ignore_errors=True)
        os.killpg(0, signal.SIGKILL)

    # In the environment of all that it starts: jsii's Node.js leaves some when it is killed.
    temporary = tempfile.mkdtemp(prefix="blockwork-cdk-")
    tempfile.tempdir = os.environ["TMPDIR"] = temporary
    signal.signal(signal.SIGHUP, lambda *_: None)
    threading.Thread(target=listen, daemon=True).start()
    sys.dont_write_bytecode = True
    sys.path[0] = str(Path.cwd() if program[0] == "-m" else Path(program[0]).absolute().parent)
    compile_ours_from_source()
    with contextlib.suppress(ImportError, AttributeError):
        _kernels = foreseen.foresee()
    path, environment, folder = [*sys.path], dict(os.environ), Path.cwd()
    shown = [*warnings.filters]

    def tidy() -> None:
        sys.path[:] = path
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        warnings.filters[:] = shown  # type: ignore[index]
        let_go()

    with os.fdopen(answers, "w") as out:
        while True:
            request = asked.get()
            answer: dict[str, Any] = {}
            if request["do"] == "load":
                for name in request["modules"]:
                    with contextlib.suppress(ImportError):
                        importlib.import_module(name)
                with contextlib.suppress(ImportError):
                    ours.note_places()
                    for _ in range(WARM_UPS):
                        with alone():
                            warm_up(program)
                        tidy()
            else:
                with alone():
                    answer = synthesise(program)
                    if any(kernel.wrong for kernel in _kernels):
                        tidy()
                        answer = synthesise(program)
            answer["foreseen"] = sum(kernel.count for kernel in _kernels)
            answer["modules"] = [name for name in sys.modules if name.startswith("aws_cdk")]
            answer["installed"] = [each for each in sys.path if each.endswith("-packages")]
            with contextlib.suppress(BrokenPipeError):  # nobody hears it: this process is ending
                for stream in (sys.stdout, sys.stderr):
                    stream.flush()
                out.write(json.dumps(answer) + "\n")
                out.flush()
            tidy()


if __name__ == "__main__":
    os.set_inheritable(int(sys.argv[1]), False)
    os.set_inheritable(int(sys.argv[2]), False)
    try:
        serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
    except BaseException:
        with contextlib.suppress(OSError):
            traceback.print_exc()
    if _ending.is_set():
        threading.Event().wait()  # for the end: temporary files are being deleted
    os._exit(1)  # jsii would wait for its Node.js
