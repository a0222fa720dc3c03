"""What of a process is the app's own: files, the lines that make constructs, what an error says.

Loaded by `kept_cdk.py` with the app's own interpreter: standard library only.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import traceback
from pathlib import Path
from typing import Any

STANDARD = tuple({str(Path(os.__file__).parent), os.path.realpath(Path(os.__file__).parent)})
INSTALLED = ("/site-packages/", "/dist-packages/")
NAMED = re.compile(r"\[([^\]\s]+)\]|at path '?([^\s']+)'?")
"""How the CDK names a construct in an error."""

HERE = f"{Path(__file__).parent}{os.sep}"

places: dict[str, tuple[str, str, int]] = {}
"""Of each construct by its reference: its path, and the file and line that made it."""


def is_ours(file: str) -> bool:
    """Tell whether a file is of the app and changes: neither installed nor Python's own."""
    return (
        file.endswith(".py")
        and not any(each in file for each in INSTALLED)
        and not file.startswith(STANDARD)
        and not file.startswith(HERE)
        and not file.startswith("<")
    )


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
        above = places.get(args[0].__jsii_ref__.ref)
        path = f"{above[0]}/{args[1]}" if above and above[0] else args[1]
    elif reference.startswith("aws-cdk-lib.App@"):
        path = ""
    else:
        return
    frame = sys._getframe(2)
    while frame.f_back and not is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    places[reference] = (path, frame.f_code.co_filename, frame.f_lineno)


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
        by_path = {path: (file, line) for path, file, line in places.values()}
        named = (a or b for a, b in NAMED.findall(text))
        file, line = next((by_path[path] for path in named if path in by_path), (file, line))
    trace = "".join(traceback.format_list(ours))
    return {"file": file, "line": line, "text": text, "trace": trace}
