import json
import subprocess
import sys
from pathlib import Path

from blockwork.local.live import LiveFile

LOOP = """
import sys, time
from pathlib import Path
from blockwork.local.live import LiveFile

live = LiveFile(Path(sys.argv[1]))
with live.held():
    live.change(functions={"f": {}})
    print("held", flush=True)
    sys.stdin.read()
"""


def test_without_a_loop_nothing_is_said(tmp_path: Path) -> None:
    assert LiveFile(tmp_path).read() is None


def test_what_a_loop_says_is_read_until_it_ends(tmp_path: Path) -> None:
    loop, emulator = LiveFile(tmp_path), LiveFile(tmp_path)
    with loop.held():
        loop.change(functions={"orders": {"packages": ["orders"]}})
        loop.change(debug={"port": 5678})
        said = emulator.read()
        assert said is not None
        assert said["functions"] == {"orders": {"packages": ["orders"]}}
        assert said["debug"] == {"port": 5678}
        loop.change(debug=None)
        assert (emulator.read() or {})["debug"] is None

    assert emulator.read() is None
    assert not loop.file.exists()


def test_a_killed_loop_is_not_believed(tmp_path: Path) -> None:
    emulator = LiveFile(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-c", LOOP, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert emulator.read() == json.loads(emulator.file.read_text())
        process.kill()
        process.wait()

        assert emulator.file.exists()
        assert emulator.read() is None


def test_a_new_loop_takes_over_what_a_killed_one_left(tmp_path: Path) -> None:
    live = LiveFile(tmp_path)
    live.file.parent.mkdir()
    live.file.write_text(json.dumps({"pid": 1, "functions": {"old": {}}}))
    with live.held():
        assert "functions" not in (LiveFile(tmp_path).read() or {"functions"})
