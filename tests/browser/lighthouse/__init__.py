"""Scores pages as Google's Lighthouse does, on a phone, with the machine's own browser."""

import json
import shutil
import subprocess
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from blockwork.local.toolchain import NODE_BIN, NPM, is_installed, tool_environment
from tests import waiting
from tests.waiting import PATIENCE_MS

HERE = Path(__file__).parent
INSTALLED = HERE.parents[2] / ".build" / "lighthouse"
DETERMINISTIC = ("accessibility", "best-practices", "seo")
"""The categories that say the same on every machine."""
PERFORMANCE = "performance"


class Lighthouse:
    """Installs itself, and stays for many pages.

    :param program: the browser.
    :param flags: of its command line.
    """

    def __init__(self, program: str, flags: Collection[str]) -> None:
        self._variables = {
            "CHROME_PATH": program,
            "CHROME_FLAGS": " ".join(("--headless=new", *flags)),
            "PATIENCE_MS": str(PATIENCE_MS),
        }

    def __enter__(self) -> Self:
        INSTALLED.mkdir(parents=True, exist_ok=True)
        for file in (*HERE.glob("*.json"), HERE / "run.mjs", HERE.parents[2] / ".npmrc"):
            shutil.copy(file, INSTALLED)
        if not is_installed(HERE, INSTALLED):
            done = waiting.run(*NPM, "ci", "--ignore-scripts", cwd=INSTALLED)
            assert done.returncode == 0, done.stderr
        self._process = subprocess.Popen(
            [NODE_BIN / "node", "run.mjs"],
            cwd=INSTALLED,
            env={**tool_environment(), **self._variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def scores(self, url: str, categories: Collection[str]) -> tuple[dict[str, float], list[str]]:
        """Return a page's score in each category, 0 to 1, and which audits took points."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"url": url, "categories": list(categories)}) + "\n")
        self._process.stdin.flush()
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        return said["scores"], said["failed"]

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._process:
            assert self._process.stdin
            self._process.stdin.close()
