"""What a requirements file pins: a Lambda layer that is the same anywhere, and whole."""

import re
from collections.abc import Iterator, Set
from pathlib import Path
from urllib.parse import unquote, urlsplit

INCLUDES = re.compile(r"(?P<how>-r|--requirements?|-c|--constraints?)(?:\s*=\s*|\s+)(?P<file>\S.*)")
HARMLESS = re.compile(
    r"--(index-url|extra-index-url|require-hashes|trusted-host|no-index|only-binary|prefer-binary)\b"
    r"|-i\b"
)
"""Options that say where packages come from, or ask for what a layer does in any case."""
NAME = r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?\s*(?:\[[^\]]*\])?"
PINNED = re.compile(rf"{NAME}\s*===?\s*[\w.!+-]+\s*(;.*|--hash.*)?")
WHEEL = re.compile(rf"(?:{NAME}\s*@\s*)?(?P<place>\S+\.whl)(?:#\S*)?\s*(;.*|--hash.*)?")
NEEDS_HASHES = (
    "a package must have the hashes of its files, as in 'name==1.2.3 --hash=sha256:…': "
    "`uv pip compile --universal --generate-hashes` writes them"
)
NOT_THERE = re.compile(
    r"The package `(?P<package>[^`]+)` requires `(?P<needed>[^`]+)`, but it's not installed"
)
"""What the installer says of a package that has come without one that it asks for."""
OF_THE_RUNTIME = frozenset(
    ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3")
)
"""The AWS SDK "and its dependencies" (AWS Lambda, "Working with .zip file archives for Python")."""


def content_of(requirements: Path) -> bytes:
    """Return all that decides what is installed: the file, what it includes, its local wheels.

    :raises ValueError: if a line could give another layer at another time or on another machine;
        names file and line, and what to write there.
    """
    return b"\0".join(_parts(requirements, set(), installs=True))


def _parts(requirements: Path, seen: set[Path], *, installs: bool) -> Iterator[bytes]:
    if requirements.resolve() in seen:
        return
    seen.add(requirements.resolve())
    text = requirements.read_text(encoding="utf-8-sig")
    yield text.encode()
    for number, line in _lines(text):
        at = f"{requirements}:{number}"
        if included := INCLUDES.fullmatch(line):
            other = requirements.parent / included["file"].strip("'\"")
            if not other.is_file():
                raise ValueError(f"{at}: a file must be there to include, got {line!r}")
            yield from _parts(other, seen, installs=installs and "-c" not in included["how"])
            continue
        if wheel := WHEEL.fullmatch(line):
            yield _wheel(wheel["place"], requirements.parent, at)
        elif HARMLESS.match(line):
            continue
        elif not PINNED.fullmatch(line):
            raise ValueError(f"{at}: {_advice(line)}, got {line!r}")
        if installs and "--hash" not in line and "#sha" not in line:
            raise ValueError(f"{at}: {NEEDS_HASHES}, got {line!r}")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield what is written with the number of its first line; continued lines joined."""
    begun, first = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        first = first if begun else number
        begun += re.sub(r"(^|\s)#.*", "", line)
        if begun.endswith("\\"):
            begun = begun.removesuffix("\\")
            continue
        if begun.strip():
            yield first, begun.strip()
        begun = ""
    if begun.strip():
        yield first, begun.strip()


def _wheel(place: str, folder: Path, at: str) -> bytes:
    """Return the content of a wheel; one from elsewhere is told from others by its address."""
    url = urlsplit(place)
    if url.scheme in ("http", "https"):
        return place.encode()
    path = folder / (unquote(url.path) if url.scheme == "file" else place)
    if url.scheme not in ("", "file") or not path.is_file():
        raise ValueError(f"{at}: a wheel must be there, got {place!r}")
    return path.read_bytes()


def _advice(line: str) -> str:
    if re.match(r"(-e|--editable)\b", line):
        return (
            "an editable package is only a pointer to this machine: add its package to `shared`, "
            "or name a wheel built from it"
        )
    if re.match(r"(--no-binary|--find-links|-f|--pre)\b", line):
        return "this option lets machines install different packages: remove it"
    if line.startswith("-"):
        return "this option is not known here: remove it"
    if re.search(r"\w\+\w+://", line) or "://" in line:
        return "what is built on this machine may not run on Lambda: name a wheel"
    if "/" in line.partition(";")[0] or line.startswith("."):
        return "a folder or archive must be built first: name a wheel built from it"
    return "a package must be pinned, as in 'name==1.2.3'"


def refuse_incomplete(told: str, requirements: Path, beside: Set[str]) -> None:
    """Refuse a layer in which a package has been installed without one that it asks for.

    :param told: what the installer says of the installation.
    :param beside: packages that every function with the layer has too; so are Lambda's own.
    :raises ValueError: names each package that is missing, and what to do.
    """
    missing = [
        f"\n  {needed}, which {package} needs: add {name}=="
        for package, needed in NOT_THERE.findall(told)
        if normal(name := re.split(r"[^\w.-]", needed, maxsplit=1)[0])
        not in beside | OF_THE_RUNTIME
    ]
    if missing:
        raise ValueError(
            f"{requirements} must name every package that is loaded, got it without"
            f"{''.join(missing)}\n"
            "`uv pip compile --universal --generate-hashes` writes all lines that are needed"
        )


def normal(name: str) -> str:
    """Return a package's name as names are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
