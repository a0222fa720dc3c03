"""Somebody who knows nothing of an API but its contract: Schemathesis, in its own environment."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import uv

from tests import waiting
from tests.waiting import PATIENCE

LOCK = Path(__file__).parent / "requirements.txt"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "ignored_auth",
)
"""What holds of every answer. Not that a route takes whatever its schema allows: some rules, such
as that a day has a forecast, no schema can say."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How a run went.

    :param operations: how many were tried.
    :param cases: how many requests there were.
    :param text: what Schemathesis printed.
    """

    ok: bool
    operations: int
    cases: int
    text: str


class Stranger:
    """Drives APIs.

    :param folder: a new one, for its environment and its reports.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        home = str(folder / "environment")
        for words in (
            ["venv", "--quiet", "--python", sys.executable, home],
            ["pip", "install", "--quiet", "--python", home, "--require-hashes", "-r", str(LOCK)],
        ):
            done = waiting.run(uv.find_uv_bin(), *words, cwd=folder)
            assert done.returncode == 0, done.stderr

    def drive(self, document: Path, url: str, token: str, *, cases: int, seed: int) -> Verdict:
        """Send an API what its document allows and what it refuses, and judge every answer.

        :param token: whose permissions the requests have; no command line and no report has it.
        :param cases: at most how many requests an operation gets of each kind.
        :param seed: the same one makes the same requests, but for ids that answers have.
        """
        settings = self._folder / "schemathesis.toml"
        settings.write_text(f'headers = {{ Authorization = "Bearer {token}" }}\n')
        report = self._folder / f"{document.stem}.json"
        phases = "fuzzing" if cases <= 20 else "coverage,fuzzing"
        done = waiting.run(
            str(self._folder / "environment" / "bin" / "schemathesis"),
            *("--config-file", str(settings), "run", str(document), "--url", url),
            *("--phases", phases, "--max-examples", str(cases), "--seed", str(seed)),
            *("--checks", ",".join(CHECKS), "--continue-on-failure", "--no-shrink"),
            *("--request-timeout", str(PATIENCE), "--generation-database", "none"),
            *("--report", "json", "--report-json-path", str(report)),
            cwd=self._folder,
        )
        said = json.loads(report.read_text()) if report.is_file() else {}
        return Verdict(
            ok=done.returncode == 0,
            operations=said.get("operations", {}).get("tested", 0),
            cases=said.get("test_cases", {}).get("generated", 0),
            text=done.stdout + done.stderr,
        )
