"""What `make test` and `make test-unit` run."""

from collections import Counter
from pathlib import Path

import pytest

from tools.verify import ROOT, TESTS, UNITS, Step, files_of_tests


@pytest.mark.parametrize(("steps", "folder"), [(TESTS, "tests"), (UNITS, "tests/unit")])
def test_every_file_of_tests_is_run_once(steps: list[Step], folder: str) -> None:
    runs = Counter(
        file
        for step in steps
        for argument in step.command
        if argument.startswith("tests/")
        for file in files(ROOT / argument)
    )

    assert runs == Counter(files_of_tests(ROOT / folder))


def files(path: Path) -> list[Path]:
    return [path] if path.is_file() else list(files_of_tests(path))
