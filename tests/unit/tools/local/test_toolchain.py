import json
from pathlib import Path
from typing import Any

from tools.local.toolchain import node_packages_fit

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
