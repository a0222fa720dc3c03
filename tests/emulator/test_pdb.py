"""`breakpoint()` in a function opens pdb in the terminal of the loop."""

from collections.abc import Iterator

import pytest

from blockwork.local.launch import Emulator
from tests.emulator.dap_client import DapClient
from tests.emulator.debugged import App, Terminal, deploy, loop, stand
from tests.emulator.support import Aws, invoke
from tests.waiting import eventually


@pytest.fixture(scope="module")
def app(aws: Aws, emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> App:
    return deploy(aws, emulator, tmp_path_factory.mktemp("app"), "pdb")


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal()
    yield terminal
    terminal.close()


def test_breakpoint_opens_pdb_in_the_terminal_of_the_loop(app: App, terminal: Terminal) -> None:
    with loop(app, terminal):
        call = app.call("Asks", name="bob")
        terminal.shows("(Pdb)")
        stand()
        terminal.type("p name * 2")
        terminal.shows("'bobbob'")
        terminal.type("n")
        terminal.shows("return answer")
        terminal.type("c")

        assert call.result() == "hello bob"
        assert f"{app.names['Asks']} goes on" in terminal.shows("goes on")


def test_one_stands_in_the_terminal_and_the_others_wait(app: App, terminal: Terminal) -> None:
    with loop(app, terminal):
        calls = [app.call("Asks", name=name) for name in ("ann", "bob")]
        terminal.shows("waits until the terminal is free")
        terminal.shows("(Pdb)")
        terminal.type("n")
        terminal.shows("return answer")
        terminal.type("n")  # beyond the handler there is nothing to step through
        terminal.shows("goes on")
        eventually(terminal.stdout.getvalue, until=lambda seen: seen.count("(Pdb)") == 3)
        terminal.type("c")

        assert sorted(call.result() for call in calls) == ["hello ann", "hello bob"]


def test_breakpoint_stops_in_the_editor_while_one_is_attached(app: App, terminal: Terminal) -> None:
    with loop(app, terminal, "*") as port, DapClient(port) as editor:
        call = app.call("Asks", name="bob")
        thread, frame = editor.stops()
        editor.ask("continue", threadId=thread)

        assert frame["source"]["path"] == str(app.source("Asks"))
        assert call.result() == "hello bob"


def test_an_editors_breakpoints_hold_after_pdb_was_there(app: App, terminal: Terminal) -> None:
    with loop(app, terminal, "*") as port:
        call = app.call("Asks", name="ann")
        terminal.shows("(Pdb)")
        terminal.type("c")
        assert call.result() == "hello ann"
        with DapClient(port, {app.source("Asks"): [3]}) as editor:
            call = app.call("Asks", name="bob")
            _, frame = editor.stops()
            assert frame["line"] == 3
            editor.ask("disconnect")
        terminal.shows("detached")
        terminal.type("c")
        assert call.result() == "hello bob"


def test_without_a_loop_breakpoint_says_a_line_and_goes_on(app: App) -> None:
    said = invoke(app.aws, app.names["Asks"], name="bob")

    assert said["answer"] == "hello bob"
    assert "breakpoint() at" in said["log"]
    assert "blockwork dev" in said["log"]
