"""The functions of a running stage, and which of them a saved file is part of."""

import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blockwork.dev.sources import (
    AppFolder,
    Deployed,
    Sources,
    read_functions,
    sources_of,
)
from blockwork.local.live import LiveFile

Client = Callable[[str, str], Any]
"""Returns a client of an AWS API in a region; the stage's own where that is empty."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What saves have done to functions.

    :param functions: names of those that run other code now.
    :param errors: what is wrong with the sources, each with file and line.
    :param needs_synthesis: whether only a synthesis tells what the functions get now.
    """

    functions: frozenset[str] = frozenset()
    errors: tuple[str, ...] = ()
    needs_synthesis: bool = False


class LiveFunctions:
    """Tells the emulator which files each function runs.

    :param folder: the app's.
    :param live: where the emulator is told.
    :param client: makes clients of the stage's APIs.
    """

    def __init__(self, folder: Path, live: LiveFile, client: Client) -> None:
        self._folder, self._live, self._client = folder, live, client
        self._sources: dict[str, Sources] = {}
        self._files: dict[str, dict[str, str]] = {}
        self._known: dict[tuple[Path, str], Sources | None] = {}
        self._changing = threading.Lock()

    def __len__(self) -> int:
        """Return how many functions run from their sources."""
        return len(self._files)

    def read(self, assembly: Path) -> None:
        """Look up what was synthesised and deployed, and tell the emulator."""
        functions = list(read_functions(assembly))
        if new := [each for each in functions if (each.code, each.handler) not in self._known]:
            folder = AppFolder(self._folder)
            self._known |= {(f.code, f.handler): sources_of(f, folder) for f in new}
        names = self._names({(each.stack, each.region) for each in functions})
        found: dict[str, Sources] = {}
        for each in functions:
            sources = self._known[each.code, each.handler]
            name = names.get((each.stack, each.id))
            if sources is not None and name is not None:
                found[name] = self._with_siblings(sources, each, functions)
        with self._changing:
            self._sources = found
            files = {name: self._files_of(name) for name in found}
            self._files = {name: each for name, each in files.items() if each is not None}
            self._tell()

    def _with_siblings(
        self, sources: Sources, of: Deployed, functions: Iterable[Deployed]
    ) -> Sources:
        for each in functions:
            other = self._known[each.code, each.handler] if each.stack == of.stack else None
            if other is not None:
                sources = sources.beside(other)
        return sources

    def _names(self, stacks: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Return the physical name of each resource, by its stack and logical id."""
        found: dict[tuple[str, str], str] = {}
        for stack, region in stacks:
            client = self._client("cloudformation", region)
            for page in client.get_paginator("list_stack_resources").paginate(StackName=stack):
                for each in page["StackResourceSummaries"]:
                    found[stack, each["LogicalResourceId"]] = each.get("PhysicalResourceId", "")
        return found

    def are_made_of(self, path: Path) -> bool:
        """Tell whether a file is, or may become, part of a function's code."""
        if any(str(path) in files.values() for files in self._files.values()):
            return True
        return any(sources.may_have(path) for sources in self._sources.values())

    def saved(self, paths: Collection[Path]) -> Effect:
        """Let saved files have their effect."""
        texts = {str(path) for path in paths}
        affected: set[str] = set()
        errors: list[str] = []
        needs_synthesis = False
        for path in paths:
            if path.suffix == ".py" and (wrong := error_in(path)):
                errors.append(wrong)
        with self._changing:
            for name in self._touched(paths):
                before = self._files.get(name, {})
                try:
                    now = self._sources[name].files()
                except ValueError:  # not known to be in its bundle: the app itself knows
                    now = before
                    needs_synthesis = needs_synthesis or not errors
                if now != before or texts & set(now.values()):
                    affected.add(name)
                self._files[name] = now
            self._tell()
        return Effect(
            functions=frozenset(affected), errors=tuple(errors), needs_synthesis=needs_synthesis
        )

    def _touched(self, paths: Collection[Path]) -> list[str]:
        """Return the functions that may have other code now: those that have one of the files.

        What none has, such as a new module, may be imported already by any that could have it.
        """
        texts = {str(path) for path in paths}
        having = {name for name, f in self._files.items() if not texts.isdisjoint(f.values())}
        known = {path for files in self._files.values() for path in files.values()}
        return [
            name
            for name, sources in self._sources.items()
            if name in having
            or any(sources.may_have(path) for path in paths if str(path) not in known)
        ]

    def _files_of(self, name: str) -> dict[str, str] | None:
        try:
            return self._sources[name].files()
        except ValueError:
            return None

    def _tell(self) -> None:
        seen: dict[str, list[int]] = {}
        for files in self._files.values():
            for path in files.values():
                if path not in seen:
                    seen[path] = _state(path)
        self._live.change(
            functions={
                name: {"files": files, "seen": {path: seen[path] for path in files.values()}}
                for name, files in self._files.items()
            }
        )


def _state(path: str) -> list[int]:
    try:
        state = Path(path).stat()
    except OSError:
        return []
    return [state.st_mtime_ns, state.st_size]


def error_in(path: Path) -> str | None:
    """Return what is wrong with a module's syntax, with file and line; None if nothing is."""
    try:
        compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"{path}:{error.lineno}: {type(error).__name__}: {error.msg}"
    except (OSError, ValueError):
        return None
    return None
