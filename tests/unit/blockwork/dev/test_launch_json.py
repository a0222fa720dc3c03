import json
from pathlib import Path
from typing import Any

import pytest

from blockwork.dev.debugging import DEBUG_PORT, ENTRY, write_launch_json


def written(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / ".vscode" / "launch.json").read_text())
    return content


def keep(folder: Path, text: str) -> Path:
    file = folder / ".vscode" / "launch.json"
    file.parent.mkdir()
    file.write_text(text)
    return file


def test_an_app_without_a_file_gets_one(tmp_path: Path) -> None:
    said = write_launch_json(tmp_path)

    assert written(tmp_path) == {
        "version": "0.2.0",
        "configurations": [
            {
                "name": ENTRY,
                "type": "debugpy",
                "request": "attach",
                "connect": {"host": "127.0.0.1", "port": DEBUG_PORT},
                "justMyCode": False,
            }
        ],
    }
    assert said.endswith(f"{ENTRY}” now.")


def test_others_entries_stay_and_ours_is_there_once(tmp_path: Path) -> None:
    other = {"name": "Tests", "type": "debugpy", "request": "launch"}
    keep(tmp_path, json.dumps({"version": "0.2.0", "configurations": [other], "inputs": ["é"]}))

    write_launch_json(tmp_path)
    write_launch_json(tmp_path, port=6789)

    content = written(tmp_path)
    assert content["inputs"] == ["é"]
    first, ours = content["configurations"]
    assert first == other
    assert ours["connect"]["port"] == 6789


def test_a_file_that_has_it_is_not_written_again(tmp_path: Path) -> None:
    write_launch_json(tmp_path)
    file = tmp_path / ".vscode" / "launch.json"
    compact = json.dumps(json.loads(file.read_text()))
    file.write_text(compact)

    said = write_launch_json(tmp_path)

    assert file.read_text() == compact
    assert said.endswith(f"has the entry “{ENTRY}”.")


@pytest.mark.parametrize(
    "text",
    [
        '{"configurations": [] // mine\n}',
        "[]",
        "{}",
        '{"configurations": {}}',
        '{"configurations": [1]}',
    ],
)
def test_what_cannot_be_read_is_left_and_the_entry_said(tmp_path: Path, text: str) -> None:
    file = keep(tmp_path, text)

    said = write_launch_json(tmp_path)

    assert file.read_text() == text
    assert "left as it is" in said
    assert '"justMyCode": false' in said
