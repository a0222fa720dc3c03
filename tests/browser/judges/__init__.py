"""What judges pages is installed when a test first asks: no other part of the work needs it."""

import shutil
from pathlib import Path

from blockwork.local.toolchain import NPM, is_installed
from tests import waiting

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def installed(folder: Path = HERE) -> Path:
    """Install what a folder's lock names, unless it is, and return where, with its programs.

    :param folder: has `package.json`, `package-lock.json` and programs in Node.js. Default: this.
    """
    place = ROOT / ".build" / folder.name
    place.mkdir(parents=True, exist_ok=True)
    for file in (*folder.glob("*.json"), *folder.glob("*.mjs"), ROOT / ".npmrc"):
        shutil.copy(file, place)
    if not is_installed(folder, place):
        done = waiting.run(*NPM, "ci", "--ignore-scripts", cwd=place)
        assert done.returncode == 0, done.stderr
    return place
