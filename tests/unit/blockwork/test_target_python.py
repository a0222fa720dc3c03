import os
import platform
import sys
from pathlib import Path

import pytest

from blockwork import interpreters
from blockwork import target_python as module
from blockwork.target_python import UnavailableError, installed, target_python
from tests.target.conftest import had

MIRROR = "https://mirror.example/debian"
LISTS = f'case "$*" in *indextargets*) echo {MIRROR}; exit ;; esac'
PACKAGE = 'for o in "$@"; do case "$o" in *Dir::Cache=*) touch "${o#*=}/python.deb" ;; esac; done'


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of programs of a Debian machine without that Python, and with no mirror."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setattr(module, "FOLDER", tmp_path / "target")
    monkeypatch.setattr(module, "installed", lambda: None)
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: {"ID": "debian"})
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setenv("PATH", os.pathsep.join([str(programs), os.defpath]))
    program(programs / "apt-get", LISTS, "echo E: cannot reach it >&2; exit 100")
    program(programs / "dpkg-deb", "exit 1")
    return programs


def program(file: Path, *lines: str) -> None:
    file.write_text("\n".join(["#!/bin/sh", *lines]))
    file.chmod(0o755)


def why() -> str:
    with pytest.raises(UnavailableError) as error:
        target_python()
    return str(error.value)


def test_another_system_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: {"ID": "ubuntu"})

    assert why() == (
        "no Python 3.14 for x86_64 is installed, and only a Debian machine can have it from its "
        "packages: run 'uv python install 3.14'"
    )


def test_so_is_a_system_that_does_not_say_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> dict[str, str]:
        raise OSError("no os-release")

    monkeypatch.setattr(platform, "freedesktop_os_release", unknown)

    assert "run 'uv python install 3.14'" in why()


def test_a_mirror_that_does_not_answer_is_told_in_its_own_words() -> None:
    assert why() == "Python 3.14 cannot be had from Debian (forky): E: cannot reach it"


def test_a_machine_without_a_mirror_is_told_so(machine: Path) -> None:
    program(machine / "apt-get", "true")

    assert "knows no mirror of Debian" in why()


def test_packages_that_do_not_run_are_never_taken_for_an_interpreter(machine: Path) -> None:
    program(machine / "apt-get", LISTS, PACKAGE)
    program(machine / "dpkg-deb", 'mkdir -p "$3/usr/bin"')

    assert why() == "Debian's Python 3.14 for x86_64 does not run here"
    assert why() == "Debian's Python 3.14 for x86_64 does not run here", "the second time as well"


def test_a_package_that_cannot_be_unpacked_leaves_nothing_behind(
    machine: Path, tmp_path: Path
) -> None:
    program(machine / "apt-get", LISTS, PACKAGE)
    program(machine / "dpkg-deb", "echo broken archive >&2; exit 2")

    assert "broken archive" in why()
    assert [path for path in (tmp_path / "target").iterdir() if path.is_dir()] == []


def test_a_program_of_its_name_that_is_another_version_is_passed_over(tmp_path: Path) -> None:
    program(tmp_path / "python3.14", f'exec {sys.executable} "$@"')

    assert module._runs(tmp_path / "python3.14") == (sys.version_info[:2] == (3, 14))
    assert not module._runs(tmp_path / "nothing")


def test_a_version_managers_program_without_that_version_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shims, second = tmp_path / "shims", tmp_path / "second"
    shims.mkdir()
    second.mkdir()
    program(shims / "python3.99", "echo not installed >&2; exit 127")
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, (shims, second))))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "nothing"))
    interpreters.bytecode_of.cache_clear()

    assert installed("3.99") is None
    program(second / "python3.99", "echo cpython-399")
    assert installed("3.99") == second / "python3.99"


def test_one_that_uv_keeps_is_found_off_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = f"3.{sys.version_info.minor}"
    monkeypatch.setattr(module, "find_interpreter", lambda _: None)
    program(tmp_path / "uv", f"echo {sys.executable}")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))

    assert installed(here) is not None
    assert installed("3.99") is None, "uv may be wrong about what still runs"


def test_ci_fails_where_another_machine_skips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="not shown to run on Lambda's Python: Python"):
        had(target_python)

    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="CI must show what runs on Lambda: Python"):
        had(target_python)


def test_an_emulator_comes_out_of_its_package_and_the_reader_of_the_package_is_waited_for(
    machine: Path, tmp_path: Path
) -> None:
    program(machine / "apt-get", LISTS, PACKAGE)
    content = tmp_path / "usr" / "bin"
    content.mkdir(parents=True)
    program(content / "qemu-aarch64", "echo runs")
    program(machine / "dpkg-deb", f"exec tar --create --directory {tmp_path} ./usr")

    found = module.emulator("aarch64")  # what was left running would be a warning: an error here

    assert found is not None
    assert found.read_text() == (content / "qemu-aarch64").read_text()


def test_a_package_that_ends_too_soon_is_no_emulator(machine: Path, tmp_path: Path) -> None:
    program(machine / "apt-get", LISTS, PACKAGE)
    content = tmp_path / "usr" / "bin"
    content.mkdir(parents=True)
    program(content / "qemu-aarch64", "echo runs")
    program(machine / "dpkg-deb", f"tar --create --directory {tmp_path} ./usr", "exit 2")

    with pytest.raises(UnavailableError, match=r"python\.deb cannot be unpacked: .* ended with 2"):
        module.emulator("aarch64")
    assert [path for path in (tmp_path / "target").iterdir() if path.is_dir()] == []
