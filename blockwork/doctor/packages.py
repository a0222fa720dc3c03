"""Packages that another day brings others of."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from blockwork.doctor.finding import Finding
from blockwork.testing.synthesis import SynthesisedApp, SynthesisedResource

LISTS = "requirements*.txt"
PINNED = re.compile(r"[\w.-]+(\[[^\]]*\])?\s*(==\s*[^*\s]+|@\s*\S+)(\s.*)?")
HASHED = "--hash="
LOCK = "`uv pip compile --universal --generate-hashes`"


def package_findings(app: SynthesisedApp) -> Iterator[Finding]:
    """Yield the packages in functions and layers that are not pinned, or not to their files."""
    for resource in app.of_type("AWS::Lambda::Function", "AWS::Lambda::LayerVersion"):
        for name, text in _lists(resource):
            unpinned = [(at, line) for at, line in _wanted(text) if not PINNED.fullmatch(line)]
            for number, wanted in unpinned:
                yield Finding.problem(
                    f"{resource} was built of {name}:{number}, where {wanted!r} is not pinned",
                    why="another day brings other packages than were tested",
                    do=f"{LOCK} writes the versions",
                )
            by_name = [line for _, line in _wanted(text) if "@" not in line]
            if not unpinned and by_name and HASHED not in text:
                yield Finding.note(
                    f"{resource} was built of {name}, whose packages have no hashes",
                    why="whoever can change a file in a registry or on the way has code in it",
                    do=f"{LOCK} writes them, and installing compares them",
                )


def _wanted(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        wanted = line.partition("#")[0].strip().removesuffix("\\").strip()
        if wanted and not wanted.startswith("-"):
            yield number, wanted


def _lists(resource: SynthesisedResource) -> Iterator[tuple[str, str]]:
    """Yield the lists of packages that were put into what is deployed."""
    code = resource.properties.get("Code") or resource.properties.get("Content") or {}
    key = code.get("S3Key")
    asset = resource.stack.folder / f"asset.{key}"
    if not isinstance(key, str):
        return
    if asset.is_file():
        with zipfile.ZipFile(asset) as archive:
            for name in archive.namelist():
                if Path(name).match(LISTS):
                    yield name, archive.read(name).decode(errors="replace")
    for file in sorted(asset.with_suffix("").glob(LISTS)):
        yield file.name, file.read_text(encoding="utf-8", errors="replace")
