"""The unit tests of all that runs on Lambda, in the Python that runs it there."""

import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree

from blockwork.target_python import environment
from tests.target.conftest import ROOT, had

UNITS = [
    "tests/unit/blockwork/runtime",
    "tests/unit/lambda_src",
    "tests/unit/constructs_lib/runtime",
]


def test_the_unit_tests_of_the_runtime_code_pass(python: Path, tmp_path: Path) -> None:
    interpreter = had(lambda: environment(python, ROOT / "requirements-dev.txt"))
    report = tmp_path / "report.xml"
    command: list[str | Path] = [
        interpreter,
        "-m",
        "pytest",
        "--quiet",
        "-p",
        "no:cacheprovider",
        *UNITS,
    ]

    done = subprocess.run(
        [*command, f"--junit-xml={report}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "lambda_src"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    cases = list(ElementTree.parse(report).iter("testcase"))
    assert len(cases) > len(list((ROOT / "tests/unit/lambda_src").rglob("test_*.py")))
