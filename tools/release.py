"""What the last release of the library made of every app here: `python -m tools.release`.

It keeps the templates of the version that is being released, see :mod:`blockwork.diff.releases`;
`make test` compares with the last ones that were kept.
"""

import argparse
import sys
import tomllib
from pathlib import Path

from blockwork.diff.releases import ReleaseError, Releases

ROOT = Path(__file__).parents[1]
EVERY_BLOCK = ROOT / "tests" / "packaging" / "every_block.py"


def apps() -> dict[str, Path]:
    """Return every app that is made of the library alone, by its name."""
    examples = sorted((ROOT / "examples").glob("*/app.py"))
    return {EVERY_BLOCK.stem: EVERY_BLOCK, **{app.parent.name: app for app in examples}}


RELEASES = Releases(
    ROOT / "tests" / "packaging" / "released",
    changelog=ROOT / "CHANGELOG.md",
    apps=apps(),
    root=ROOT,
)


def current_version() -> str:
    """Return the version that pyproject.toml names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m tools.release", description=__doc__).parse_args()
    try:
        RELEASES.keep(current_version())
    except ReleaseError as error:
        sys.exit(f"error: {error}")
