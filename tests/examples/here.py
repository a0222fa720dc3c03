"""An app that its team runs on this machine by the command alone, seen from outside."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from blockwork.companions import OUTSIDE
from tests.aws_clients import client_of
from tests.conftest import free_port
from tests.examples.team import Team, must
from tests.waiting import eventually


class Here:
    """The app as it runs.

    :param stack: the one whose outputs are meant.
    """

    def __init__(self, team: Team, stack: str) -> None:
        self.team = team
        self.port = free_port()
        self._stack = stack
        self._content: dict[str, Any] = {}

    def up(self) -> None:
        """Bring it up, or what has been changed."""
        self._content = self.told("local", "up", "--port", str(self.port))

    @property
    def stacks(self) -> dict[str, dict[str, str]]:
        """What each stack tells."""
        stacks: dict[str, dict[str, str]] = self._content["stacks"]
        return stacks

    @property
    def outputs(self) -> dict[str, str]:
        """What the app's stack tells."""
        return self.stacks[self._stack]

    @property
    def region(self) -> str:
        """Where it is deployed."""
        return str(self._content["region"])

    def told(self, *words: str) -> Any:
        """Run a command that ends well, and return what it tells a machine."""
        return json.loads(must(self.team.blockwork(*words, "--json")))

    def client(self, service: Any) -> Any:
        """Return a client of the account's owner."""
        return client_of(service, endpoint=self._content["emulatorUrl"], region=self.region)

    def ask(self, method: str, url: str, **request: Any) -> httpx.Response:
        """Send a request to an address that the emulator serves, whatever its host is."""
        there = httpx.URL(url)
        here = there.copy_with(scheme="http", host="127.0.0.1", port=self.port)
        headers = {**request.pop("headers", {}), "Host": there.netloc.decode()}
        return httpx.request(method, here, headers=headers, trust_env=False, **request)

    def visit(self, path: str, **headers: str) -> httpx.Response:
        """Ask for a page of a website, under the name in the header `Host`."""
        edge = f"http://127.0.0.1:{self.port + 1}{path}"
        return httpx.get(edge, headers=headers, trust_env=False)

    def outside(self, method: str, path: str, **request: Any) -> Any:
        """Ask what plays the outside world."""
        url = f"http://127.0.0.1:{self.port + OUTSIDE}{path}"
        return httpx.request(method, url, trust_env=False, **request).raise_for_status().json()

    def numbers(self, table: str, attribute: str) -> dict[str, int]:
        """Return a number of every item that has it, by the item's id."""
        items = self.client("dynamodb").scan(TableName=table)["Items"]
        return {item["id"]["S"]: int(item[attribute]["N"]) for item in items if attribute in item}

    def failed(self) -> Any:
        """Wait for the one message that ends in the failure chain, and take it out."""
        found: list[Any] = eventually(self._taken_out)
        (message,) = found
        return message

    def _taken_out(self) -> list[Any]:
        sqs, queue = self.client("sqs"), self.outputs["FailedEvents"]
        found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in found]

    def waits_for_mending(self, count: int) -> list[dict[str, Any]]:
        """Wait until so many messages wait in the failure chain, and return what they say."""

        def waiting() -> int:
            return sum(chain["waiting"] for chain in self.told("failures", "list"))

        eventually(waiting, until=lambda seen: seen >= count)
        shown: list[dict[str, Any]] = self.told("failures", "show")
        assert len(shown) == count, shown
        return shown

    def redrives(self, count: int) -> None:
        """Run what has failed again, all of which goes well now."""
        done = self.told("failures", "redrive")
        assert (done["redriven"], done["left"]) == (count, 0)

    @property
    def assembly(self) -> Path:
        """What the app was synthesised to."""
        return self.team.folder / ".local" / "cdk.out"

    def told_by_checks(self) -> str:
        """Return what the library's checks find in it."""
        program = (
            "import sys; from pathlib import Path; from constructs_lib.checks import *;"
            "print(*(check(Path(sys.argv[1])) for check in (check_deliveries, check_queues)))"
        )
        return must(self.team.run(self.team.bin / "python", "-c", program, self.assembly)).strip()

    def goes_down(self) -> None:
        """Stop it, and see that it says so."""
        assert must(self.team.blockwork("local", "down")) == "The local stage is down.\n"
        down = self.team.blockwork("local", "status")
        said = "The local stage is not running: blockwork local up\n"
        assert (down.returncode, down.stdout) == (1, said)


@contextmanager
def running(team: Team, stack: str) -> Iterator[Here]:
    """Bring a team's app up, and leave nothing of it behind."""
    here = Here(team, stack)
    try:
        here.up()
        yield here
    finally:
        team.blockwork("local", "clean")
