import os
import shlex
import shutil
import sys
from pathlib import Path

import psutil
import pytest

from blockwork import interpreters
from blockwork.interpreters import find_interpreter
from tests.waiting import eventually

SAYS_SO = "#!/bin/sh\necho cpython-399"
NOT_CHOSEN = "#!/bin/sh\necho not installed >&2; exit 127"
UNUSABLE = {
    "a version manager's, without that version": NOT_CHOSEN,
    "one that says what it is and fails": f"{SAYS_SO}; exit 1",
    "another version": f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"',
    "another Python": "#!/bin/sh\necho pypy399",
    "no program": "python",
    "a program whose own is gone": "#!/nowhere/python3.99",
    "one that says nothing": "#!/bin/sh",
    "one that says what is no text": "#!/bin/sh\nprintf '\\377\\376'",
}


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the folders that programs are looked for in, empty."""
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, folders)))
    interpreters.bytecode_of.cache_clear()
    return folders


def put(folder: Path, script: str) -> Path:
    program = folder / "python3.99"
    program.write_text(script)
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("script", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_what_only_bears_its_name_is_no_interpreter_and_hides_none(
    path: list[Path], script: str
) -> None:
    put(path[0], script)
    assert find_interpreter("3.99") is None

    there = put(path[1], SAYS_SO)
    assert find_interpreter("3.99") == str(there)


def test_files_that_cannot_be_run_are_none(path: list[Path], tmp_path: Path) -> None:
    put(path[0], SAYS_SO).chmod(0o644)
    (path[1] / "python3.99").symlink_to(tmp_path / "nowhere")
    assert find_interpreter("3.99") is None

    (path[1] / "python3.99").unlink()
    (path[1] / "python3.99").mkdir()
    assert find_interpreter("3.99") is None


def test_one_that_asks_something_gets_no_answer(path: list[Path]) -> None:
    asking = put(path[0], "#!/bin/sh\nread answer; echo cpython-399")
    ours, (read, write) = os.dup(0), os.pipe()
    os.dup2(read, 0)  # a terminal at which nobody types
    try:
        assert find_interpreter("3.99") == str(asking)
    finally:
        os.dup2(ours, 0)
        for each in (ours, read, write):
            os.close(each)


def has_ended(pid: int) -> bool:
    """Tell whether a process has ended; who has started it may not have noticed yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_one_that_never_says_is_ended_with_what_it_started(
    path: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interpreters, "PATIENCE_SECONDS", 0.1)
    sleep = shutil.which("sleep", path=os.defpath)
    put(path[0], f"#!/bin/sh\n{sleep} 9999 & echo $! > {tmp_path}/id; wait")

    assert find_interpreter("3.99") is None

    if text := (tmp_path / "id").read_text() if (tmp_path / "id").exists() else "":
        eventually(lambda: has_ended(int(text)))


def test_the_one_that_a_version_manager_keeps_is_found_though_it_is_not_chosen(
    path: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shims, kept = tmp_path / "manager" / "shims", tmp_path / "manager" / "versions" / "3.99.1"
    for folder in (shims, kept / "bin"):
        folder.mkdir(parents=True)
    put(shims, NOT_CHOSEN)
    there = put(kept / "bin", SAYS_SO)
    monkeypatch.setenv("PATH", str(shims))

    assert find_interpreter("3.99") == str(there)


def test_this_python_is_found_whatever_the_path_holds() -> None:
    assert find_interpreter(f"3.{sys.version_info.minor}") == sys.executable
