"""A process that keeps the CDK loaded and imports an app's own modules anew for each synthesis.

Run by `synthesis.py` with the app's own interpreter, which need not have this library: standard
library only, and nothing of ours beside this file.

It ends with whoever started it, killed or not: the pipe of its requests ends then, and it ends all
that it has started, at work or not, and leaves no temporary files.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.machinery
import json
import linecache
import os
import queue
import re
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
from pathlib import Path
from typing import Any

STANDARD = tuple({str(Path(os.__file__).parent), os.path.realpath(Path(os.__file__).parent)})
INSTALLED = ("/site-packages/", "/dist-packages/")
NAMED = re.compile(r"\[([^\]\s]+)\]|at path '?([^\s']+)'?")
"""How the CDK names a construct in an error."""

LIBRARY = ("constructs_lib", "blockwork")
"""Installed with an app, as the CDK is, and kept as that is. Who works on it, too, has it in his
folder: there it is kept until a file of it changes."""

_ending = threading.Event()
_library: dict[str, tuple[int, int]] = {}
_codes: dict[str, tuple[tuple[int, int], Any]] = {}
_places: dict[str, tuple[str, str, int]] = {}
"""Of each construct by its reference: its path, and the file and line that made it."""


def is_ours(file: str) -> bool:
    """Tell whether a file is of the app and changes: neither installed nor Python's own."""
    return (
        file.endswith(".py")
        and not any(each in file for each in INSTALLED)
        and not file.startswith(STANDARD)
        and file != __file__
        and not file.startswith("<")
    )


def compile_ours_from_source() -> None:
    """Let no bytecode stand for a module of the app.

    It compares whole seconds and sizes: of two saves within a second it may show the first.
    """
    loader = importlib.machinery.SourceFileLoader
    from_bytecode = loader.get_code

    def get_code(self: Any, fullname: str) -> Any:  # noqa: ANN401 -- as importlib has it
        path = self.get_filename(fullname)
        if not is_ours(path):
            return from_bytecode(self, fullname)
        said = os.stat(path)  # noqa: PTH116 -- once for each module of each synthesis
        state = (said.st_mtime_ns, said.st_size)
        if _codes.get(path, (None,))[0] != state:
            _codes[path] = (state, self.source_to_code(self.get_data(path), path))
        return _codes[path][1]

    loader.get_code = get_code  # type: ignore[method-assign]


def note_places() -> None:
    """Note which line makes each construct, for errors that name only its path."""
    import jsii  # type: ignore[import-not-found,unused-ignore]

    create = jsii.create

    def create_noted(klass: Any, made: Any, args: Any = None) -> Any:  # noqa: ANN401 -- jsii's own
        result = create(klass, made, args)
        with contextlib.suppress(Exception):
            _note(made, args or [])
        return result

    jsii.create = create_noted  # type: ignore[assignment]


def _note(made: Any, args: list[Any]) -> None:  # noqa: ANN401 -- any construct
    reference = made.__jsii_ref__.ref
    if len(args) > 1 and isinstance(args[1], str) and hasattr(args[0], "__jsii_ref__"):
        above = _places.get(args[0].__jsii_ref__.ref)
        path = f"{above[0]}/{args[1]}" if above and above[0] else args[1]
    elif reference.startswith("aws-cdk-lib.App@"):
        path = ""
    else:
        return
    frame = sys._getframe(2)
    while frame.f_back and not is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    _places[reference] = (path, frame.f_code.co_filename, frame.f_lineno)


def library() -> dict[str, tuple[int, int]]:
    """Return what tells the files of the library from others, as far as it is loaded."""
    state: dict[str, tuple[int, int]] = {}
    for name in LIBRARY:
        file = getattr(sys.modules.get(name), "__file__", None)
        if file and is_ours(file):
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
            gone = is_ours(file)
        else:  # a namespace
            folders = [f"{folder}/x.py" for folder in getattr(module, "__path__", [])]
            gone = bool(folders) and all(map(is_ours, folders))
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


def synthesise(program: list[str]) -> dict[str, Any]:
    """Run the app once and return what came of it."""
    global _library
    started, now = time.time_ns(), library()
    forget_ours(LIBRARY if now == _library else ())
    _places.clear()
    try:
        if cdk := sys.modules.get("aws_cdk"):
            cdk.AssetStaging.clear_asset_hash_cache()
        run(program)
    except SystemExit as end:
        if end.code not in (None, 0):
            return {"error": described(end)}
    except BaseException as error:  # whatever it is, it is the app's
        return {"error": described(error)}
    finally:
        _library = now or {
            file: state for file, state in library().items() if state[0] < started
        }  # as it was before it was read
    return {"places": {path: [file, line] for path, file, line in _places.values()}}


def described(error: BaseException) -> dict[str, Any]:
    """Return an error's file, line and text, and its lines of the app's own code."""
    cause = error
    if isinstance(error, SystemExit):
        text = str(error.code)
        cause = error.__context__ or error
    elif isinstance(error, SyntaxError):
        text = f"{type(error).__name__}: {error.msg}"
    else:
        text = "".join(traceback.format_exception_only(type(error), error)).strip()
    ours = [frame for frame in traceback.extract_tb(cause.__traceback__) if is_ours(frame.filename)]
    file, line = (ours[-1].filename, ours[-1].lineno) if ours else (None, None)
    if isinstance(cause, SyntaxError) and cause.filename and is_ours(cause.filename):
        file, line = cause.filename, cause.lineno
    elif len(ours) <= 1 or "Validation failed" in text:
        # It came up at synthesis: the construct that it names is what has to be mended.
        by_path = {path: (file, line) for path, file, line in _places.values()}
        named = (a or b for a, b in NAMED.findall(text))
        file, line = next((by_path[path] for path in named if path in by_path), (file, line))
    trace = "".join(traceback.format_list(ours))
    return {"file": file, "line": line, "text": text, "trace": trace}


def let_go() -> None:
    """Free what one synthesis has made, as far as jsii lets go of it."""
    forget_ours(LIBRARY)
    with contextlib.suppress(Exception):
        sys.modules["jsii"]._reference_map._refs._refs.clear()
    gc.unfreeze()  # an app may have frozen what it had imported
    gc.collect()


def serve(requests: int, answers: int, program: list[str]) -> None:
    """Answer one line for each line, until there are no more."""
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
    first = True
    path, environment, folder = [*sys.path], dict(os.environ), Path.cwd()
    shown = [*warnings.filters]
    with os.fdopen(answers, "w") as out:
        while True:
            request = asked.get()
            if request["do"] == "load":
                for name in request["modules"]:
                    with contextlib.suppress(ImportError):
                        importlib.import_module(name)
                answer: dict[str, Any] = {}
            else:
                if first:
                    note_places()
                    first = False
                answer = synthesise(program)
            answer["modules"] = [name for name in sys.modules if name.startswith("aws_cdk")]
            answer["installed"] = [each for each in sys.path if each.endswith("-packages")]
            with contextlib.suppress(BrokenPipeError):  # nobody hears it: this process is ending
                for stream in (sys.stdout, sys.stderr):
                    stream.flush()
                out.write(json.dumps(answer) + "\n")
                out.flush()
            sys.path[:] = path
            os.environ.clear()
            os.environ.update(environment)
            os.chdir(folder)
            warnings.filters[:] = shown  # type: ignore[index]
            let_go()


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
