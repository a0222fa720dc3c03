"""What an app has beside AWS: a fake, and servers of its own, each on its port."""

import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from blockwork.companions import FIRST_COMPANION, OUTSIDE, Companion, FakeService
from blockwork.local.errors import CommandError
from blockwork.local.launch import Emulator, answers
from blockwork.local.toolchain import Toolchain
from tests.conftest import free_port
from tests.emulator.support import Aws, eventually, function, invoke, role
from tests.waiting import settled

ASKS = """
import os, urllib.request

def handler(event, context):
    seen = {name: os.environ.get(name) for name in ("CARRIER_URL", "SEARCH_URL", "PLAIN", "FAKES")}
    url = os.environ.get("CARRIER_URL", "")
    with urllib.request.urlopen(f"{url}/vans") as answer:
        return {**seen, "said": answer.read().decode()}
"""
SEARCH = """
import http.server, os, sys
from pathlib import Path

Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = os.environ["SAYS"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
FAKES = [FakeService(name="carrier", code="tests.emulator.carrier:carrier", variable="CARRIER_URL")]


def companions(folder: Path) -> list[Companion]:
    (folder / "search.py").write_text(SEARCH)
    command = ("python", str(folder / "search.py"), "{port}", "{state}/search")
    search = Companion(
        name="search", command=command, environment={"SAYS": "on {port}"}, variable="SEARCH_URL"
    )
    return [search, Companion(name="cache", command=command, environment={"SAYS": "cache"})]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    folder = tmp_path_factory.mktemp("companions")
    # What has once run counts as one that works, however quickly these tests come to its death.
    at_once = {"SETTLED_SECONDS": "0"}
    emulator = Emulator(folder / "stage", at_once, fakes=FAKES, companions=companions(folder))
    emulator.start(port=free_port(), python=Toolchain().emulator_environment())
    yield emulator
    emulator.stop()


def port_of(stage: Emulator) -> int:
    assert stage.port is not None
    return stage.port


def process_on(stage: Emulator, port: int) -> psutil.Process:
    assert stage.group is not None
    (found,) = (one for one in stage.group.members() if str(port) in one.cmdline())
    return found


def test_each_has_a_port_of_its_own_and_the_stages_folder(stage: Emulator) -> None:
    first = port_of(stage) + FIRST_COMPANION

    said = [httpx.get(f"http://127.0.0.1:{first + n}/", trust_env=False).text for n in (0, 1)]

    assert said == [f"on {first}", "cache"]
    assert (stage.state / "search").is_dir()
    assert stage.silent(port_of(stage)) == []


def test_a_function_that_is_told_where_a_service_is_is_told_the_fakes_address(
    stage: Emulator,
) -> None:
    aws = Aws(port_of(stage))
    variables = {"CARRIER_URL": "https://api.carrier.example", "PLAIN": "as deployed"}
    asks: dict[str, Any] = function(ASKS)
    asks["Properties"]["Environment"] = {"Variables": variables}
    aws.deploy("asks", {"Role": role(), "Asks": asks}, Name={"Ref": "Asks"})
    name = aws.outputs("asks")["Name"]

    seen = invoke(aws, name)["answer"]

    assert seen == {
        "CARRIER_URL": f"http://127.0.0.1:{port_of(stage) + OUTSIDE}/carrier",
        "SEARCH_URL": None,  # the template does not tell it, so AWS would not
        "PLAIN": "as deployed",
        "FAKES": None,
        "said": '["van"]',
    }
    configured = aws.client("lambda").get_function_configuration(FunctionName=name)
    assert configured["Environment"]["Variables"] == variables


def test_one_that_is_killed_comes_again(stage: Emulator) -> None:
    port = port_of(stage) + FIRST_COMPANION
    before = process_on(stage, port)
    before.send_signal(signal.SIGKILL)

    eventually(lambda: not before.is_running())
    eventually(lambda: answers(port, "/"))


def test_one_that_keeps_dying_is_named_and_the_others_live(stage: Emulator) -> None:
    port = port_of(stage) + FIRST_COMPANION + 1
    eventually(lambda: answers(port, "/"))

    def kill() -> bool:
        for one in psutil.Process(stage.group.pid if stage.group else 0).children():
            with suppress(psutil.Error):  # dead already
                if str(port) in one.cmdline():
                    one.send_signal(signal.SIGKILL)
        return "cache ended with -9 and is left alone" in stage.log.read_text()

    eventually(kill)

    assert settled(lambda: stage.silent(port_of(stage))) == ["cache"]
    assert stage.is_running()
    assert answers(port_of(stage))


def test_a_fake_that_cannot_be_made_ends_the_start_with_the_reason(tmp_path: Path) -> None:
    gone = FakeService(name="carrier", code="tests.emulator.carrier:gone")
    emulator = Emulator(tmp_path, fakes=[gone])

    with pytest.raises(CommandError, match="has no attribute 'gone'"):
        emulator.start(port=free_port(), python=Toolchain().emulator_environment())

    assert not emulator.is_running()
