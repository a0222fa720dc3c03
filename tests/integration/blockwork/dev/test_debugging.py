import json
import socket
from pathlib import Path

import pytest

from blockwork.dev.debugging import Editing, debugging
from blockwork.local.errors import LocalStageError
from blockwork.local.live import LiveFile


def test_a_port_that_is_taken_is_named_with_what_to_do(tmp_path: Path) -> None:
    live = LiveFile(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken, live.held():
        port = taken.getsockname()[1]
        with (
            pytest.raises(LocalStageError, match=f"port {port} .*--debug-port"),
            debugging(live, tmp_path, say=print, editing=Editing(port=port)),
        ):
            raise AssertionError


def test_the_stage_is_told_while_it_lasts(tmp_path: Path) -> None:
    live = LiveFile(tmp_path)
    said: list[str] = []
    with live.held():
        editing = Editing(functions=["orders"], port=0)
        with debugging(live, tmp_path, say=said.append, editing=editing) as server:
            assert server is not None
            told = (live.read() or {})["debug"]
            assert told["functions"] == ["orders"]
            assert told["port"] == server.port
            assert len({told["port"], told["processes"], told["console"]}) == 3
            assert f"Debugger of orders on 127.0.0.1:{server.port}" in said[0]
        assert (live.read() or {})["debug"] is None


def test_without_functions_there_is_only_pdb(tmp_path: Path) -> None:
    live = LiveFile(tmp_path)
    with live.held(), debugging(live, tmp_path, say=print) as server:
        assert server is None
        assert set((live.read() or {})["debug"]) == {"functions", "console"}


def test_a_function_that_is_not_there_is_refused_with_those_that_are() -> None:
    editing = Editing(functions=["catalog"])

    editing.check(["App-CatalogList1234", "App-Orders5678"])
    with pytest.raises(LocalStageError, match="got catalog; there are\n  App-Orders5678"):
        editing.check(["App-Orders5678"])


def test_an_app_that_vs_code_has_opened_gets_its_entry(tmp_path: Path) -> None:
    (tmp_path / ".vscode").mkdir()
    live = LiveFile(tmp_path)
    said: list[str] = []
    with live.held(), debugging(live, tmp_path, say=said.append, editing=Editing(port=0)) as server:
        assert server is not None
        content = json.loads((tmp_path / ".vscode" / "launch.json").read_text())
    assert content["configurations"][0]["connect"]["port"] == server.port
    assert "launch.json" in said[0]
