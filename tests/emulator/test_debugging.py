"""An editor stops functions at breakpoints."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from blockwork.local.launch import Emulator
from tests.conftest import free_port
from tests.emulator.dap_client import DapClient
from tests.emulator.debugged import OTHER, App, Terminal, deploy, loop, stand
from tests.emulator.support import Aws
from tests.waiting import eventually, settled


@pytest.fixture(scope="module")
def app(aws: Aws, emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> App:
    return deploy(aws, emulator, tmp_path_factory.mktemp("app"), "debugged")


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal()
    yield terminal
    terminal.close()


def test_a_request_stops_is_read_and_stepped_and_answers_however_long_it_stood(
    app: App, terminal: Terminal
) -> None:
    with (
        loop(app, terminal, "*") as port,
        DapClient(port, {app.source("Greet"): [5]}) as editor,
    ):
        request = app.get("bob")
        thread, frame = editor.stops()
        assert (frame["source"]["path"], frame["line"]) == (str(app.source("Greet")), 5)
        assert editor.variables(frame)["name"] == "'bob'"

        editor.ask("next", threadId=thread)
        thread, frame = editor.stops()
        assert editor.ask("evaluate", expression="greeting", frameId=frame["id"])["result"] == (
            "'hello bob'"
        )
        stand()
        editor.ask("continue", threadId=thread)
        answer = request.result()

    assert answer.status_code == 200
    assert answer.json()["said"] == "hello bob"
    assert answer.json()["left"] > 0  # what the handler sees of its time stands still, too


def test_a_layers_code_stops_where_the_app_has_its_source(app: App, terminal: Terminal) -> None:
    with (
        loop(app, terminal, "*") as port,
        DapClient(port, {app.source("Layer"): [3]}) as editor,
    ):
        request = app.get("bob")
        thread, frame = editor.stops()
        editor.ask("continue", threadId=thread)
        answer = request.result()

    assert (frame["source"]["path"], frame["name"]) == (str(app.source("Layer")), "wrapped")
    assert answer.status_code == 200


def test_one_function_is_debugged_and_another_is_not(app: App, terminal: Terminal) -> None:
    with (
        loop(app, terminal, "greet") as port,
        DapClient(port, {app.source("Greet"): [4], app.source("Other"): [3]}) as editor,
    ):
        other = app.call("Other", name="bob").result()
        request = app.get("bob")
        thread, _ = editor.stops()
        threads = editor.ask("threads")["threads"]
        editor.ask("continue", threadId=thread)
        request.result()

    assert other == "bob"
    assert [each["name"] for each in threads] == [app.names["Greet"]]


def test_two_functions_stand_at_once_in_one_session(app: App, terminal: Terminal) -> None:
    with (
        loop(app, terminal, "*") as port,
        DapClient(port, {app.source("Greet"): [4], app.source("Other"): [3]}) as editor,
    ):
        request, other = app.get("bob"), app.call("Other", name="ann")
        stands = dict(editor.stops() for _ in range(2))
        assert {frame["source"]["path"] for frame in stands.values()} == {
            str(app.source("Greet")),
            str(app.source("Other")),
        }
        for thread in stands:
            said = editor.ask("continue", threadId=thread)
            assert said["allThreadsContinued"] is False

        assert request.result().status_code == 200
        assert other.result() == "ann"


def test_a_message_stays_invisible_while_its_function_stands(app: App, terminal: Terminal) -> None:
    sqs, queue = app.aws.client("sqs"), app.names["Queue"]
    kinds = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def there() -> int:
        counts = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=kinds)["Attributes"]
        return sum(map(int, counts.values()))

    with (
        loop(app, terminal, "*") as port,
        DapClient(port, {app.source("Reads"): [3]}) as editor,
    ):
        sqs.send_message(QueueUrl=queue, MessageBody="one")
        thread, _ = editor.stops()
        stand()
        editor.ask("continue", threadId=thread)

        # Had it come again, it would stand again, and the first would not be its receipt.
        eventually(there, until=lambda seen: seen == 0)


def test_an_editor_comes_again(app: App, terminal: Terminal) -> None:
    with loop(app, terminal, "*") as port:
        with DapClient(port, {app.source("Greet"): [4]}) as editor:
            left_standing = app.get("ann")
            editor.stops()
        assert left_standing.result().status_code == 200

        terminal.shows("detached")
        with DapClient(port, {app.source("Other"): [4]}) as editor:
            assert app.get("bob").result().status_code == 200  # its breakpoint has gone with it
            again = app.call("Other", name="eve")
            thread, frame = editor.stops()
            editor.ask("continue", threadId=thread)
            assert frame["line"] == 4
            assert again.result() == "eve"


def test_live_sources_stop_in_what_was_saved_last(app: App, terminal: Terminal) -> None:
    source = app.source("Other")
    with (
        loop(app, terminal, "*") as port,
        DapClient(port, {source: [3]}) as editor,
    ):
        source.write_text(OTHER.replace('event["name"]', 'event["name"] + "!"'))
        state = source.stat()
        seen = {str(source): [state.st_mtime_ns, state.st_size]}
        files = {"index.py": str(source)}
        app.live.change(functions={app.names["Other"]: {"files": files, "seen": seen}})
        call = app.call("Other", name="bob")
        thread, frame = editor.stops()
        editor.ask("continue", threadId=thread)

        assert frame["source"]["path"] == str(source)
        assert call.result() == "bob!"
    source.write_text(OTHER)


def test_functions_wait_for_the_editor_where_that_is_asked_for(
    app: App, terminal: Terminal
) -> None:
    with loop(app, terminal, "*", wait=True) as port:
        waiting = app.call("Other", name="bob")
        terminal.shows(f"{app.names['Other']} waits for an editor")
        assert settled(waiting.done) is False
        with DapClient(port, {app.source("Other"): [3]}) as editor:
            thread, _ = editor.stops()
            editor.ask("continue", threadId=thread)
            assert waiting.result() == "bob"


def test_a_function_that_does_not_stand_ends_after_its_timeout(
    app: App, terminal: Terminal
) -> None:
    with loop(app, terminal, "*"):
        answer = app.call("Busy").result()

    assert answer["errorMessage"] == "Task timed out after 1.00 seconds"


LOOP = """
import sys, time
from pathlib import Path
from blockwork.dev.debugging import Editing, debugging
from blockwork.local.live import LiveFile
stage, app, port = sys.argv[1:]
live = LiveFile(Path(stage))
with live.held(), debugging(live, Path(app), say=print, editing=Editing(port=int(port))):
    print("ready", flush=True)
    time.sleep(3600)
"""


def test_what_stands_goes_on_when_the_loop_is_killed_and_nothing_is_left(
    app: App, emulator: Emulator, tmp_path: Path
) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", LOOP, emulator.directory, app.folder, str(port)],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        while "ready" not in process.stdout.readline():
            assert process.poll() is None
        with DapClient(port, {app.source("Other"): [3]}) as editor:
            call = app.call("Other", name="bob")
            editor.stops()
            process.send_signal(signal.SIGKILL)
            assert call.result() == "bob"
    assert app.call("Other", name="ann").result() == "ann"

    assert emulator.group is not None
    members = {each.pid for each in emulator.group.members()}
    debuggers = [
        each.pid
        for each in psutil.process_iter(["cmdline"])
        if "debugpy" in " ".join(each.info["cmdline"] or []) and each.pid not in members
    ]
    assert debuggers == []
