"""Scores pages as Google's Lighthouse does, on a phone, with the machine's own browser."""

import json
import subprocess
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from blockwork.local.toolchain import NODE_BIN, tool_environment
from tests.browser.judges import installed
from tests.waiting import PATIENCE_MS

HERE = Path(__file__).parent
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
        self._process = subprocess.Popen(
            [NODE_BIN / "node", "run.mjs"],
            cwd=installed(HERE),
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
