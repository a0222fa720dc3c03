"""No tracked file says where packages come from: `python -m tools.registries`, part of `make lint`.

Which registry a machine may reach is its own configuration, often a company's mirror. So files name
packages, never a registry's host, and locks pin by version and hash, never by address.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from blockwork.local.places import REPOSITORY

# In parts, or this file would be the first to be found.
DOMAINS = {
    "org": [
        *("pypi", "pythonhosted", "npmjs", "debian", "golang", "nodejs", "rubygems", "anaconda"),
        *("nuget", "packagist", "maven", "alpinelinux", "fedoraproject", "cpan", "haskell"),
    ],
    "com": ["npmjs", "yarnpkg", "ubuntu", "unpkg", "jfrog", "cloudsmith", "gemfury", "maven"],
    "io": ["crates", "docker", "ghcr", "quay", "gcr", "jsr", "conda", "pypi", "gitlab"],
    "net": ["jsdelivr"],
    "aws": [r"public\.ecr"],
    "sh": ["esm", "astral"],
}
HOST = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(rf"(?:{'|'.join(names)})\.{ending}" for ending, names in DOMAINS.items())
    + r")(?![\w-])",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"\w+:(?://|\S*@)\S+|--(?:extra-)?index-url\b|--find-links\b|^-[if]\b")
RESOLVED = re.compile(r'"resolved":|"version": "[^"]*:')


def findings(folder: Path) -> Iterator[str]:
    """Yield `file:line: what is wrong` for every tracked file of a repository.

    :raises subprocess.CalledProcessError: if the folder is none of a git repository.
    """
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=folder, check=True, capture_output=True)
    names = [name for name in listed.stdout.decode("utf-8", "surrogateescape").split("\0") if name]
    for name in names:
        path = folder / name
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            for number, line in enumerate(text.splitlines(), start=1):
                if host := HOST.search(line):
                    yield f"{name}:{number}: names the registry {host[0]}: name the package instead"
            for number, what in addresses(path, text):
                yield f"{name}:{number}: a lock must hold no address, got {what!r}: make lock"


def addresses(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """Yield what a lock file says about where to download from, with its line; nothing of others.

    A lock is `package-lock.json`, and a `.txt` that is made from the `.in` beside it.
    """
    if path.name == "package-lock.json":
        pattern = RESOLVED
    elif path.suffix == ".txt" and path.with_suffix(".in").is_file():
        pattern = ADDRESS
    else:
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.lstrip().startswith("#") and pattern.search(line.partition(" #")[0]):
            yield number, line.strip()


def main(folder: Path = REPOSITORY) -> int:
    """Print what is wrong, and return 1 if anything is."""
    found = list(findings(folder))
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m tools.registries", description=__doc__).parse_args()
    sys.exit(main())
