import json
import sys
from pathlib import Path
from typing import Any

import pytest

from blockwork.local import toolchain
from blockwork.local.errors import LocalStageError
from blockwork.local.places import REPOSITORY
from blockwork.local.toolchain import Toolchain, cdk_program, node_packages_fit

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


def test_an_app_without_a_command_line_gets_ours_and_one_with_its_own_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolchain, "REPOSITORY", tmp_path)
    ours = tmp_path / ".local"
    assert cdk_program(ours) == ours / "cdk-cli" / "node_modules" / ".bin" / "cdk"

    own = tmp_path / "node_modules" / ".bin" / "cdk"
    own.parent.mkdir(parents=True)
    own.write_text("")

    assert cdk_program(ours) == own


def test_ours_is_the_one_that_this_repository_is_tested_with() -> None:
    locks = [
        json.loads((folder / "package-lock.json").read_text())["packages"]
        for folder in (REPOSITORY, toolchain.CLI_LOCK)
    ]

    theirs, ours = (lock["node_modules/aws-cdk"] for lock in locks)
    assert (ours["version"], ours["integrity"]) == (theirs["version"], theirs["integrity"])
    assert set(locks[1]) == {"", "node_modules/aws-cdk"}
