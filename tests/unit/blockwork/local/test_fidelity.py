"""docs/fidelity.md is what the tables say, and the tables are what the emulator makes."""

import os
import subprocess
from pathlib import Path

from blockwork.local.preflight.fidelity import here
from blockwork.local.preflight.table import known_types
from blockwork.local.toolchain import Toolchain
from tests.account import ROOT


def test_the_document_is_current() -> None:
    said = (ROOT / "docs" / "fidelity.md").read_text()

    assert said == here(ROOT), "python -m blockwork.local.preflight.fidelity > docs/fidelity.md"


def test_the_emulator_makes_the_types_that_it_is_said_to(tmp_path: Path) -> None:
    place = {"TMPDIR": str(tmp_path), "STATE_DIR": str(tmp_path / "state"), "PATH": os.defpath}

    made = subprocess.run(
        [Toolchain().emulator_environment(), "-m", "blockwork.local.emulator.types"],
        env=place,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert {type_ for type_ in made if type_.startswith("AWS::")} == known_types()
