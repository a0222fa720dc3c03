"""Every check and every test, with one summary at the end: `python -m tools.verify SCOPE`."""

import argparse
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from blockwork.environment import SAID_BY_CI, tool_environment

ROOT = Path(__file__).parents[1]
LANES = 3
"""Steps at a time: more than a machine may have cores, because they wait as well."""

console = Console(highlight=False)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One command that must succeed.

    :param tests: whether it is a pytest run, whose tests are counted.
    """

    name: str
    command: list[str]
    tests: bool = False


@dataclass(kw_only=True)
class Result:
    """How a step went; each test that was skipped or failed with its reason."""

    step: Step
    ok: bool
    seconds: float
    passed: int = 0
    skipped: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def pytest(name: str, *arguments: str) -> Step:
    """Return the step that runs tests."""
    command = [sys.executable, "-m", "pytest", "--quiet", *arguments]
    return Step(name=name, command=command, tests=True)


def shares(name: str, *folders: str, of: int) -> list[Step]:
    """Return steps that run folders' tests in so many shares, each with a stage of its own."""
    found = (file for folder in folders for file in (ROOT / folder).glob("test_*.py"))
    files = sorted(str(file.relative_to(ROOT)) for file in found)
    return [pytest(f"{name} {n + 1}/{of}", *files[n::of]) for n in range(of)]


def files_of_tests(folder: Path) -> Iterator[Path]:
    """Return the files of tests in a folder, however deep."""
    return folder.rglob("test_*.py")


LINT = [
    Step(name="types", command=["mypy"]),
    # Named, since a pyrightconfig.json of any folder above would come first.
    Step(name="types for other teams", command=["basedpyright", "--project", "pyproject.toml"]),
    Step(name="style", command=["ruff", "check", "."]),
    Step(name="format", command=["ruff", "format", "--check", "--quiet", "."]),
    Step(name="layers", command=["lint-imports"]),
    Step(name="types in TypeScript", command=["npm", "run", "--loglevel=error", "typecheck"]),
    Step(name="registries", command=[sys.executable, "-m", "tools.registries"]),
]
UNIT = ROOT / "tests" / "unit"
BLOCKS = UNIT / "constructs_lib" / "blocks"
COMPUTES = (UNIT / "constructs_lib", UNIT / "lambda_src")
"""The others wait more, and run beside."""


def units(name: str, wanted: Callable[[Path], bool]) -> Step:
    """Return the step that runs the files of unit tests that are wanted."""
    files = (file for file in files_of_tests(UNIT) if wanted(file))
    return pytest(name, *sorted(str(file.relative_to(ROOT)) for file in files))


def _computes(file: Path) -> bool:
    return any(file.is_relative_to(folder) for folder in COMPUTES)


UNITS = [
    units("units of blocks", lambda file: file.is_relative_to(BLOCKS)),
    units("units that compute", lambda f: _computes(f) and not f.is_relative_to(BLOCKS)),
    units("other units", lambda file: not _computes(file)),
]
# What takes longest begins first: what is short fills the lanes that get free.
TESTS = [
    *shares("end to end", "tests/contract", "tests/e2e", of=3),
    pytest("browser", "tests/browser"),
    *shares("emulator", "tests/emulator", of=3),
    pytest("python 3.14", "tests/target"),
    pytest("stages", "tests/stages"),
    pytest("dev loop", "tests/dev"),
    pytest("other teams", "tests/foreign"),
    pytest("integration", "tests/integration"),
    pytest("templates", "tests/snapshot"),
    pytest("unit", "tests/unit", "--cov", "--cov-report=term-missing:skip-covered"),
    pytest("packaging", "tests/packaging"),
    pytest("examples", "tests/examples"),
    Step(name="units in TypeScript", command=["npm", "test", "--loglevel=error"]),
]


def run(step: Step) -> Result:
    """Run a step; show its output only if it fails, a line that it runs in any case."""
    console.print(f"[bold]{step.name}[/] …")
    started = time.monotonic()
    said_by_ci = {name: os.environ[name] for name in SAID_BY_CI if name in os.environ}
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [*step.command, f"--junit-xml={report}"] if step.tests else step.command
        done = subprocess.run(
            command,
            env={**tool_environment(), **said_by_ci, "PYTHONPATH": "lambda_src"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        result = Result(step=step, ok=not done.returncode, seconds=time.monotonic() - started)
        if report.is_file():
            count(report, result)
    if not result.ok:
        console.print(done.stdout, markup=False)
    return result


def count(report: Path, result: Result) -> None:
    """Count a report's tests into the result."""
    for case in ElementTree.parse(report).iter("testcase"):
        ended = ((case.find("skipped"), result.skipped), (case.find("failure"), result.failed))
        for found, reasons in (*ended, (case.find("error"), result.failed)):
            if found is not None:
                (why, *_) = (found.get("message") or "").splitlines() or [""]
                reasons.append(f"{case.get('classname')}::{case.get('name')}: {why}")
                break
        else:
            result.passed += 1


def summarise(results: list[Result]) -> None:
    """Print a line a step, what was skipped or failed with its reason, and the total."""
    table = Table(box=None, pad_edge=False)
    for column in ("", "", "passed", "failed", "skipped", "seconds"):
        table.add_column(column, justify="left" if not column else "right")
    for result in results:
        counts = [str(n) for n in (result.passed, len(result.failed), len(result.skipped))]
        table.add_row(
            "[green]✓[/]" if result.ok else "[red]✗[/]",
            result.step.name,
            *(counts if result.step.tests else [""] * 3),
            f"{result.seconds:.1f}",
        )
    console.print(table)
    for result in results:
        for word, reasons in (("skipped", result.skipped), ("failed", result.failed)):
            for reason in reasons:
                console.print(f"{word}: {reason}", markup=False, soft_wrap=True)
    passed = sum(result.passed if result.step.tests else result.ok for result in results)
    failed = sum(len(result.failed) or not result.ok for result in results)
    skipped = sum(len(result.skipped) for result in results)
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))


def main(scope: str) -> int:
    """Run every step whatever the others say, and return 1 if one failed."""
    steps = {"all": TESTS + LINT, "lint": LINT, "unit": UNITS}[scope]
    with ThreadPoolExecutor(LANES) as pool:
        results = list(pool.map(run, steps))
    summarise(results)
    return 0 if all(result.ok for result in results) else 1


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(prog="python -m tools.verify", description=__doc__)
    arguments.add_argument("scope", choices=("all", "lint", "unit"))
    sys.exit(main(arguments.parse_args().scope))
