"""Synthesise an app again and again, in a process that keeps the CDK loaded."""

import json
import os
import re
import shlex
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from blockwork.dev.kept_process import KeptProcess, ProcessEndedError
from blockwork.local.aws import ACCOUNT
from blockwork.local.launch import REGION
from blockwork.local.toolchain import tool_environment

MOST_SYNTHESES = 25
"""Of one process: jsii frees nothing of what it has made, some 6 MB each time."""
MOST_MEMORY = 800_000_000
"""Bytes of one process and its Node.js."""
JSII_NODE = Path(__file__).with_name("jsii_node")
"""Starts jsii's kernel without a process between it and Python."""
READ_AT_START = ("cdk.json", "cdk.context.json")
PYTHON = re.compile(r"(?:.*/)?python[0-9.]*").fullmatch
IN_A_SHELL = re.compile(r"[|&;<>()$`*?~#]|\w+=").search
ERROR = "aws:cdk:error"
RUNNERS = (["uv", "run"], ["poetry", "run"], ["pdm", "run"], ["pipenv", "run"])


class CannotWarmError(Exception):
    """The app cannot be synthesised in a process that is kept: let the CDK's command line do it."""


class SynthError(Exception):
    """The app is at fault; the message says what and where.

    :param text: what its error says.
    :param file: where in the app's own code it came up. Default: it did not.
    :param line: counted from 1.
    :param trace: the app's own lines that led there, as Python shows them.
    """

    def __init__(
        self, text: str, file: Path | None = None, line: int | None = None, trace: str = ""
    ) -> None:
        self.text = text
        self.file = file
        self.line = line
        self.trace = trace
        super().__init__(f"{file}:{line}: {text}" if file else text)


class SynthServer:
    """Makes an app's assembly, as `cdk synth` does, in the time that the app's own code takes.

    Its process ends with this one, however this one ends. One that has grown is replaced by the
    next one, which gets ready beforehand; so is one whose `cdk.json` or installed packages are no
    longer those that it has read.

    :param folder: of `cdk.json`.
    :param context: what `cdk synth` would be told with `-c`. Default: nothing.
    :param python: the app's interpreter. Default: the one that the command of `cdk.json` finds.
    :param output: the folder of the assembly. Default: `cdk.out` there.
    :param environment: of the process, and so of the app. Default: that of the local stage's tools.
    :param say: told of each line that the app writes. Default: nobody.
    :raises CannotWarmError: if the app is no program in Python.
    """

    def __init__(
        self,
        folder: Path,
        context: Mapping[str, str] | None = None,
        *,
        python: Path | None = None,
        output: Path | None = None,
        environment: Mapping[str, str] | None = None,
        say: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self.folder = folder.absolute()
        self.output = (output or self.folder / "cdk.out").absolute()
        self.places: dict[str, tuple[Path, int]] = {}
        """Which line of the app made a construct, by its path."""
        self.foreseen = 0
        """How many of jsii's answers were foreseen at the last synthesis, see `foreseen.py`."""
        self._context = dict(context or {})
        self._python = python
        self._environment = environment
        self._say = say
        self._one_at_a_time = threading.Lock()
        self._modules: list[str] = ["aws_cdk"]
        self._installed: list[str] = []
        self._current: KeptProcess | None = None
        self._next: KeptProcess | None = None
        self._read: list[object] = []
        self._command()

    def start(self) -> None:
        """Get a process ready in the background, for the first synthesis."""
        with self._one_at_a_time:
            if not self._current and not self._next:
                self._start_next()

    def synthesize(self) -> Path:
        """Make the assembly and return its folder.

        :raises SynthError: if the app is at fault; the next call sees it mended.
        :raises CannotWarmError: if the app needs what only the CDK's command line can find out.
        """
        with self._one_at_a_time:
            process = self._process()
            manifest = self.output / "manifest.json"
            before = _state(manifest)
            process.request(do="synthesise")
            try:
                answer = process.answer()
            except ProcessEndedError as error:
                self._replace(None)
                raise SynthError(str(error)) from error
            self._modules, self.foreseen = answer["modules"], answer["foreseen"]
            self._replace_in_time(process)
            if said := answer.get("error"):
                file = Path(said["file"]) if said["file"] else None
                raise SynthError(said["text"], file, said["line"], said["trace"])
            if _state(manifest) == before:
                raise SynthError("the app made no assembly: its last line must be app.synth()")
            self.places = {
                path: (Path(file), line) for path, (file, line) in answer["places"].items()
            }
            self._check(json.loads(manifest.read_text()))
            return self.output

    def close(self) -> None:
        """End every process."""
        with self._one_at_a_time:
            self._replace(None)
            if self._next:
                self._next.end()
            self._next = None

    def __enter__(self) -> "SynthServer":
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End every process."""
        self.close()

    def _process(self) -> KeptProcess:
        """Return the process to ask: the next one, once it is ready or the old one will not do."""
        if self._read != self._reads():
            self._replace(None)
            if self._next:
                self._next.end()
            self._next = None
        if not self._current and not self._next:
            self._start_next()
        if self._next and (not self._current or self._next.has_answered()):
            ready, self._next = self._next, None
            try:
                self._installed = ready.answer()["installed"]
            except ProcessEndedError as error:
                ready.end()
                raise CannotWarmError(f"{self._command()[0]} does not run: {error}") from error
            self._read = [*self._read[: len(READ_AT_START)], *map(_state, self._installed)]
            self._replace(ready)
        assert self._current
        return self._current

    def _replace(self, process: KeptProcess | None) -> None:
        if self._current:
            self._current.end()
        self._current = process

    def _replace_in_time(self, process: KeptProcess) -> None:
        memory = process.memory()
        if not memory or memory > 2 * MOST_MEMORY:
            self._replace(None)
        elif not self._next and (process.asked > MOST_SYNTHESES or memory > MOST_MEMORY):
            self._start_next()

    def _start_next(self) -> None:
        python, program = self._command()
        self._read = self._reads()
        self._next = KeptProcess(
            python, program, folder=self.folder, environment=self._variables(), say=self._say
        )
        self._next.request(do="load", modules=self._modules)

    def _reads(self) -> list[object]:
        """Return the state of what a process reads once."""
        return [_state(self.folder / name) for name in (*READ_AT_START, *self._installed)]

    def _settings(self) -> dict[str, Any]:
        file = self.folder / "cdk.json"
        try:
            settings: dict[str, Any] = json.loads(file.read_text())
        except (OSError, ValueError) as error:
            raise CannotWarmError(f"{file} cannot be read: {error}") from error
        return settings

    def _variables(self) -> dict[str, str]:
        """Return what the CDK's command line gives an app, and how."""
        settings = self._settings()
        looked_up = self.folder / "cdk.context.json"
        context = {
            **(json.loads(looked_up.read_text()) if looked_up.is_file() else {}),
            **settings.get("context", {}),
            **self._context,
            "aws:cdk:disable-version-reporting": True,
            "aws:cdk:bundling-stacks": ["**"],
            "@aws-cdk/core:failSynthOnValidationErrors": False,
        }
        for setting, key, on in (
            ("pathMetadata", "aws:cdk:enable-path-metadata", True),
            ("assetMetadata", "aws:cdk:enable-asset-metadata", True),
            ("staging", "aws:cdk:disable-asset-staging", False),
        ):
            if settings.get(setting, True) is on:
                context[key] = True
        environment = self._environment or {
            **tool_environment(),
            "CDK_DEFAULT_ACCOUNT": ACCOUNT,
            "CDK_DEFAULT_REGION": REGION,
            "CDK_VALIDATION": "false",
        }
        direct = {"JSII_NODE": str(JSII_NODE)} if os.access(JSII_NODE, os.X_OK) else {}
        return {
            **direct,
            **environment,
            "CDK_OUTDIR": str(self.output),
            "CDK_CONTEXT_JSON": json.dumps(context),
            "PYTHONUNBUFFERED": "1",
            "PYTHONIOENCODING": "utf-8",
        }

    def _command(self) -> tuple[Path, Sequence[str]]:
        """Return the interpreter, and the app's words after it."""
        settings = self._settings()
        app = settings.get("app")
        if "build" in settings or not isinstance(app, str) or IN_A_SHELL(app):
            raise CannotWarmError(f"the app must be a program in Python, got {app!r}")
        words = shlex.split(app)
        python = self._python
        if words[:2] in RUNNERS:
            words = words[2:]
            python = python or self.folder / ".venv" / "bin" / "python"
            words = words if PYTHON(words[0]) else ["python", *words]
        if not PYTHON(words[0]) or not words[1:] or not (words[1] == "-m" or _is_file(words[1])):
            raise CannotWarmError(
                f"the app must be `python FILE` or `python -m MODULE`, got {app!r}"
            )
        if not python:
            path = (self._environment or tool_environment()).get("PATH", os.defpath)
            found = shutil.which(self.folder / words[0] if "/" in words[0] else words[0], path=path)
            python = Path(found) if found else None
        if not python or not python.exists():
            raise CannotWarmError(f"there is no {python or words[0]}, which {app!r} runs with")
        return python, words[1:]

    def _check(self, manifest: dict[str, Any]) -> None:
        """Refuse what the CDK's command line would not deploy either."""
        if manifest.get("missing"):
            keys = ", ".join(sorted(item["key"] for item in manifest["missing"]))
            raise CannotWarmError(f"the app looks values up in an account: {keys}")
        for artifact in manifest["artifacts"].values():
            noted = dict(artifact.get("metadata", {}))
            if more := artifact.get("additionalMetadataFile"):
                text = (self.output / more).read_bytes()  # megabytes of lines that were called
                noted |= json.loads(text) if ERROR.encode() in text else {}
            for path, entries in noted.items():
                for entry in entries:
                    if entry["type"] == ERROR:
                        file, line = self.place(path) or (None, None)
                        raise SynthError(f"{entry['data']} (at {path.strip('/')})", file, line)

    def place(self, path: str) -> tuple[Path, int] | None:
        """Return the line of the app that made a construct, or what it is a part of.

        :param path: of the construct, such as `Shop/Orders/Table/Resource`.
        """
        words = path.strip("/").split("/")
        while words:
            if found := self.places.get("/".join(words)):
                return found
            words.pop()
        return None


def _is_file(word: str) -> bool:
    return word.endswith(".py")


def _state(file: str | Path) -> tuple[int, int, int] | None:
    try:
        said = Path(file).stat()
    except OSError:
        return None
    return said.st_mtime_ns, said.st_size, said.st_ino
