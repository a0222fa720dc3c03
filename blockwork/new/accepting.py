"""Synthesise an app, and take what comes out as reviewed: templates, pinned ids, schemas."""

import os
import subprocess
import sys
from pathlib import Path

TEMPLATES = "tests/test_templates.py"
PLUGIN = "blockwork.pytest_plugin"  # by its name: it is loaded once, however it is installed
PYTEST = ("-m", "pytest", "-q", "-p", PLUGIN, "--snapshot-update", "--pin-ids", TEMPLATES)
SCHEMAS = "docs/events"
WRITE_SCHEMAS = ("-m", "blockwork", "schemas", SCHEMAS)


class NotAcceptedError(Exception):
    """The app was not synthesised, or breaks a rule; the message is what the tool has said."""


def python_of(root: Path) -> Path:
    """Return the interpreter of an app's own environment; without one, ours."""
    own = root / ".venv" / "bin" / "python"
    return own if own.is_file() else Path(sys.executable)


def accept(root: Path) -> list[Path]:
    """Write schemas and snapshots, and return the files that came or changed.

    :raises NotAcceptedError: if it went wrong.
    """
    before = _files(root)
    python = python_of(root)
    environment = {**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    for words in (WRITE_SCHEMAS, PYTEST):
        done = subprocess.run(
            [python, *words], cwd=root, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise NotAcceptedError(f"{done.stdout[-3000:]}{done.stderr[-3000:]}".strip())
    after = _files(root)
    return [path for path, when in after.items() if before.get(path) != when]


def _files(root: Path) -> dict[Path, bytes]:
    folders = (SCHEMAS, "tests/__snapshots__")
    found = [file for folder in folders for file in sorted((root / folder).rglob("*.json"))]
    found += [file for file in (root / "tests" / "pinned_ids.json",) if file.is_file()]
    return {file.relative_to(root): file.read_bytes() for file in found}
