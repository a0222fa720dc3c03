import io
from pathlib import Path

import pytest
from rich.console import Console

from blockwork.local.errors import LocalStageError
from blockwork.local.launch import check_directory
from blockwork.local.progress import Progress


def test_without_a_terminal_each_step_is_a_plain_line_with_its_duration() -> None:
    output = io.StringIO()
    progress = Progress(Console(file=output))

    with progress.running(), progress.step("Deployment") as show:
        show("[stack] 1/3")

    assert output.getvalue() == "✓ Deployment 0.0 s\n"


def test_a_step_that_fails_is_marked() -> None:
    output = io.StringIO()
    progress = Progress(Console(file=output))

    with pytest.raises(ValueError, match="no"), progress.step("Deployment"):
        raise ValueError("no")

    assert output.getvalue().startswith("✗ Deployment")


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(LocalStageError, match=r"cannot be written to .*--directory"):
        check_directory(tmp_path / "file" / "stage")
