import json
import sys
from pathlib import Path
from typing import Any

import pytest

from blockwork.local import toolchain
from blockwork.local.errors import LocalStageError
from blockwork.local.toolchain import Toolchain, node_packages_fit

WANTED = {
    "": {"name": "app"},
    "node_modules/a": {"integrity": "sha512-1"},
    "node_modules/windows-only": {"integrity": "sha512-2", "optional": True},
}


def write(folder: Path, wanted: dict[str, Any], installed: dict[str, Any] | None) -> None:
    (folder / "package-lock.json").write_text(json.dumps({"packages": wanted}))
    if installed is not None:
        (folder / "node_modules").mkdir()
        hidden = folder / "node_modules" / ".package-lock.json"
        hidden.write_text(json.dumps({"packages": installed}))


def test_packages_fit_without_those_of_other_machines(tmp_path: Path) -> None:
    write(tmp_path, WANTED, {"node_modules/a": {"integrity": "sha512-1"}})

    assert node_packages_fit(tmp_path)


def test_packages_do_not_fit_when_one_has_another_version(tmp_path: Path) -> None:
    write(tmp_path, WANTED, {"node_modules/a": {"integrity": "sha512-0"}})

    assert not node_packages_fit(tmp_path)


def test_packages_do_not_fit_when_there_are_none(tmp_path: Path) -> None:
    write(tmp_path, WANTED, None)

    assert not node_packages_fit(tmp_path)


FAILS = """
import sys
if not {"--silent", "-s", "--loglevel=silent"} & set(sys.argv):
    print("npm http fetch GET 200", "npm error code E_STAND_IN: no registry", sep="\\n")
    print(*(f"npm error at line {number} of a trace" for number in range(50)), sep="\\n")
raise SystemExit(7)
"""


def test_packages_that_cannot_be_installed_show_the_cause_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolchain, "NPM", [sys.executable, "-c", FAILS])
    monkeypatch.setattr(toolchain, "node_packages_fit", lambda _folder: False)

    with pytest.raises(LocalStageError) as failed:
        Toolchain(tmp_path).node_packages()

    told = str(failed.value)
    assert told.startswith("Could not install the npm packages (exit code 7).")
    assert "npm error code E_STAND_IN: no registry" in told
    assert "then run the same command again" in told
    assert len(told.splitlines()) < 25, "a whole trace buries the cause"
