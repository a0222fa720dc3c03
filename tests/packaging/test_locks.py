"""What is installed is what was locked, byte for byte: of each package the lock has the hashes."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uv
import yaml

from blockwork.local.toolchain import NPM, tool_environment
from tests.packaging.conftest import ROOT

PIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[\w,-]+\])?==\S+( ; [^\\]+)?(?P<hashes>( --hash=sha256:[0-9a-f]{64})+)")  # fmt: skip  # noqa: E501
ADDRESS = re.compile(r"://|@ ")
IN_PYTHON = re.compile(r'"pip",\s+"(install|sync)"')
IN_A_SHELL = re.compile(r"\bpip\b.* (install|sync) ")
UNLOCKED = {
    "blockwork/local/emulator/gaps/native_packages.py",  # of what was built for Lambda
}
"""Who installs what no lock names, and knows no more of it than this."""

PARTS_OF_A_LOCK = {"blockwork/local/node_sdk.py"}
"""Who lets npm install some packages of a lock, by the hashes that it has."""


def tracked(*patterns: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return listed.stdout.split()


LOCKS = [name.removesuffix(".in") + ".txt" for name in tracked("*requirements*.in")]
NPM_LOCKS = tracked("*package-lock.json")


def lines(text: str) -> Iterator[str]:
    """Yield the requirements of a lock, each on one line."""
    for line in re.sub(r" \\\n +", " ", text).splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield line


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_list_of_packages_has_a_lock() -> None:
    assert len(LOCKS) >= 7
    assert set(LOCKS) == set(tracked("*requirements*.txt"))


@pytest.mark.parametrize("name", LOCKS)
def test_each_package_of_a_lock_has_its_hashes_and_no_address(name: str) -> None:
    pins = list(lines(read(name)))

    assert pins
    assert [line for line in pins if not PIN.fullmatch(line)] == []
    assert [line for line in read(name).splitlines() if ADDRESS.search(line)] == []


@pytest.mark.parametrize("lock", NPM_LOCKS)
def test_a_lock_of_npm_has_the_hash_of_each_package_and_no_address(lock: str) -> None:
    packages = json.loads(read(lock))["packages"]
    del packages[""]

    assert packages
    assert [
        name
        for name, package in packages.items()
        if not package.get("inBundle") and not package.get("integrity", "").startswith("sha512-")
    ] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_every_installation_asks_for_hashes() -> None:
    found = set()
    for name in tracked("*.py"):
        text = read(name)
        for match in IN_PYTHON.finditer(text):
            # The command goes on in the next lines.
            if "--require-hashes" not in text[match.start() : match.start() + 300]:
                found.add(name)
    for name in tracked("Makefile", "*.yml", ".ci/*"):
        for line in read(name).splitlines():
            if IN_A_SHELL.search(line) and "--require-hashes" not in line:
                found.add(name)
    assert found == UNLOCKED
    for name in ("Makefile", *tracked("*.yml", ".ci/*", "blockwork/*.py", "tools/*.py")):
        if name in PARTS_OF_A_LOCK:
            continue
        assert not re.search(r'\bnpm (install|i|add) |NPM, "(install|i)"', read(name)), name


def test_a_package_whose_hash_is_another_is_not_installed(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    text = read("lambda_src/vouchers/requirements-pdf.txt")
    lock.write_text(re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", text))

    result = install(lock, tmp_path)

    assert result.returncode != 0
    assert "hash" in result.stderr.lower()
    assert list((tmp_path / "into").glob("*.dist-info")) == []
    lock.write_text(text)
    assert install(lock, tmp_path).returncode == 0


def install(lock: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Install a lock as all of our commands do it."""
    command = [uv.find_uv_bin(), "pip", "install", "--quiet", "--require-hashes"]
    command += ["--target", str(folder / "into"), "--requirements", str(lock)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_package_of_npm_whose_hash_is_another_is_not_installed(tmp_path: Path) -> None:
    shutil.copy(ROOT / ".npmrc", tmp_path)
    lock = json.loads(read("package-lock.json"))
    # One that needs no other, alone: npm would unpack all others before it fails.
    name, locked = "node_modules/uqr", lock["packages"]["node_modules/uqr"]
    wanted = {"devDependencies": {"uqr": locked["version"]}}
    changed = {**locked, "integrity": f"sha512-{'A' * 86}=="}
    (tmp_path / "package.json").write_text(json.dumps(wanted))
    (tmp_path / "package-lock.json").write_text(
        json.dumps({**lock, "packages": {"": wanted, name: changed}})
    )

    result = subprocess.run(
        [*NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=tmp_path,
        env=tool_environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode != 0
    assert "EINTEGRITY" in result.stderr
    assert not (tmp_path / name / "package.json").exists()


def test_newer_packages_of_every_lock_are_proposed() -> None:
    configured: dict[str, Any] = yaml.safe_load(read(".github/dependabot.yml"))
    folders = {
        (update["package-ecosystem"], folder)
        for update in configured["updates"]
        for folder in update.get("directories", [update.get("directory")])
    }

    wanted = {("pip", folder_of(name)) for name in LOCKS}
    wanted |= {("npm", folder_of(name)) for name in NPM_LOCKS}
    assert folders == wanted | {("github-actions", "/")}


def folder_of(lock: str) -> str:
    return "/" + str(Path(lock).parent).removeprefix(".")
