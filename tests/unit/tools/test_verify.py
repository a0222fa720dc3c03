"""What `make test` and `make test-unit` run."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tools import verify
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


def test_what_fails_or_is_skipped_is_named_once_more_at_the_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "test_it.py"
    file.write_text(
        "import pytest\n"
        "@pytest.fixture\n"
        "def broken(): raise ValueError('not there')\n"
        "def test_passes(): pass\n"
        "def test_fails(): assert 1 == 2, 'more\\nthan a line'\n"
        "def test_errs(broken): pass\n"
        "def test_skips(): pytest.skip('no browser')\n"
    )
    step = verify.pytest("a step", str(file), "-p", "no:cacheprovider", f"--rootdir={tmp_path}")
    monkeypatch.setattr(verify, "TESTS", [step])
    monkeypatch.setattr(verify, "LINT", [])

    assert verify.main("all") == 1

    _, _, summary = capsys.readouterr().out.partition("seconds\n")
    assert re.findall("^(?:skipped|failed): .*", summary, re.MULTILINE) == [
        "skipped: test_it::test_skips: no browser",
        "failed: test_it::test_fails: AssertionError: more",
        'failed: test_it::test_errs: failed on setup with "ValueError: not there"',
    ]
    assert summary.endswith("1 passed, 2 failed, 1 skipped\n")
