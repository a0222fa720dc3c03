"""What `make test` runs."""

from collections import Counter
from pathlib import Path

from tools.verify import ROOT, TESTS


def test_every_file_of_tests_is_run_once() -> None:
    runs = Counter(
        file
        for step in TESTS
        for argument in step.command
        if argument.startswith("tests/")
        for file in files(ROOT / argument)
    )

    assert runs == Counter(files(ROOT / "tests"))


def files(path: Path) -> list[Path]:
    return [path] if path.is_file() else list(path.rglob("test_*.py"))
