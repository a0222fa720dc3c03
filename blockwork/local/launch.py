"""The emulator and what runs beside it: started apart from the command, found by the next one."""

import json
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import uv

from blockwork.arguments import shortened
from blockwork.companions import FIRST_COMPANION, MAIL, OUTSIDE, Companion, FakeService, addresses
from blockwork.environment import REACHES_REGISTRIES
from blockwork.local.errors import CommandError, LocalStageError
from blockwork.local.fingerprint import fingerprint
from blockwork.local.places import REPOSITORY
from blockwork.local.ports import HOST, check_port
from blockwork.local.processes import Group
from blockwork.local.toolchain import NODE_BIN, tool_environment

REGION = "eu-west-2"
START_SECONDS = 30.0
HERE = Path(__file__).parent
OURS = ("emulator", "fakes", "front_door.py", "live.py", "logs.py", "preflight")
SOURCES = [HERE / name for name in OURS]
OUTSIDE_WORLD = "the outside world"


class Emulator:
    """One emulator with its state, in a folder of its own.

    :param directory: holds its state, its log and what is known of its process.
    :param settings: further variables of its environment. Default: none.
    :param fakes: of outside services, which are played beside it. Default: the mailbox alone.
    :param companions: servers that start and stop with it. Default: none.
    """

    def __init__(
        self,
        directory: Path,
        settings: Mapping[str, str] | None = None,
        *,
        fakes: Sequence[FakeService] = (),
        companions: Sequence[Companion] = (),
    ) -> None:
        self.directory = directory.absolute()
        self.settings = settings or {}
        self.fakes = tuple(fakes)
        self.companions = tuple(companions)
        self.log = self.directory / "logs" / "emulator.log"
        self.state = self.directory / "state"
        self._record = self.directory / "emulator.json"

    @property
    def port(self) -> int | None:
        """The port it was last started on."""
        port = self._recorded().get("port")
        return port if isinstance(port, int) else None

    @property
    def group(self) -> Group | None:
        """Its processes as last started, running or not."""
        recorded = self._recorded()
        try:
            return Group(pid=recorded["pid"], created=recorded["created"])
        except KeyError:
            return None

    def is_running(self) -> bool:
        """Tell whether the process that was last started is alive."""
        return self.group is not None and self.group.is_running()

    def is_current(self, port: int) -> bool:
        """Tell whether it runs on `port` and from the code as it is now."""
        recorded = self._recorded()
        return (
            self.is_running()
            and recorded.get("port") == port
            and recorded.get("sources") == self._sources()
        )

    def silent(self, port: int) -> list[str]:
        """Return the names of what runs beside it and does not answer."""
        asked = {OUTSIDE_WORLD: (port + OUTSIDE, "/health")}
        for number, each in enumerate(self.companions, start=port + FIRST_COMPANION):
            asked[each.name] = (number, each.health)
        return [name for name, where in asked.items() if not answers(*where)]

    def _sources(self) -> str:
        names = [name for each in self.fakes for name in each.made_of]
        names += [name for each in self.companions for name in each.sources]
        registered = [*self.fakes, *self.companions]
        return fingerprint([*SOURCES, *(REPOSITORY / name for name in names)], registered)

    def start(self, *, port: int, python: Path) -> None:
        """Start it, and wait until it answers.

        :param python: the interpreter of the emulator's environment.
        :raises LocalStageError: if a port is taken.
        :raises CommandError: if it does not come up; with the end of its log.
        """
        self.stop()  # what a crash may have left
        check_port(port, [each.name for each in self.companions])
        self.log.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.directory / "tmp"
        shutil.rmtree(temporary, ignore_errors=True)  # what handlers left behind
        temporary.mkdir(parents=True)
        with self.log.open("w") as log:
            process = subprocess.Popen(
                [python, "-m", "blockwork.local.emulator.watch"],
                cwd=REPOSITORY,
                env=self._environment(port),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process.returncode = 0  # it outlives this command on purpose: no warning about that
        group = Group.of(process.pid)
        record = {**group.to_json(), "port": port, "sources": self._sources()}
        self._record.write_text(json.dumps(record))
        self._wait_until_it_answers(group, port)

    def stop(self) -> bool:
        """End it and all it has started, and tell whether there was anything to end."""
        group = self.group
        if group is None or not group.members():
            return False
        group.stop()
        return True

    def forget(self) -> None:
        """Delete its state. It must not run."""
        shutil.rmtree(self.state, ignore_errors=True)
        shutil.rmtree(self.directory / "tmp", ignore_errors=True)

    def _wait_until_it_answers(self, group: Group, port: int) -> None:
        computed, moved = 0, time.monotonic()
        while time.monotonic() - moved < START_SECONDS:
            if not group.is_running():
                raise CommandError("The emulator ended while it was starting.", self.log)
            if answers(port) and not self.silent(port):
                return
            time.sleep(0.1)
            if (now := group.computed()) != computed:  # a slow machine gets there, too
                computed, moved = now, time.monotonic()
        group.stop()
        raise CommandError(
            f"The emulator has neither answered nor computed anything for {START_SECONDS:.0f} s.",
            self.log,
        )

    def _environment(self, port: int) -> dict[str, str]:
        """Return all that the emulator, and so every handler, sees of this machine."""
        temporary = str(self.directory / "tmp")
        return {
            "PATH": os.pathsep.join([str(NODE_BIN), os.defpath]),
            "HOME": temporary,  # no AWS configuration of the person at the keyboard
            "TMPDIR": temporary,
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "GATEWAY_PORT": str(port),
            "BIND_HOST": HOST,
            "MINISTACK_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AUTH": "true",
            "PERSIST_STATE": "1",
            "S3_PERSIST": "1",
            "STATE_DIR": str(self.state),
            "S3_DATA_DIR": str(self.state / "s3"),
            "LAMBDA_EXECUTOR": "local",
            "LAMBDA_WARM_TTL_SECONDS": "300",
            "METRIC_SECONDS": "5",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "SMTP_HOST": f"{HOST}:{port + MAIL}",
            "BESIDE": json.dumps(list(self._beside(port))),
            "OUTSIDE_ADDRESSES": json.dumps(addresses(self.fakes, self.companions, port)),
            "PACKAGE_INSTALLER": json.dumps(_package_installer()),
            "NODE_PACKAGES": str(REPOSITORY / "node_modules"),
            **self.settings,
        }

    def _beside(self, port: int) -> Iterator[dict[str, Any]]:
        """Yield what runs beside it, as `watch` takes it."""
        fakes = [
            {"name": each.name, "code": each.code, "path": each.mounted} for each in self.fakes
        ]
        yield {
            "name": OUTSIDE_WORLD,
            "command": [sys.executable, "-m", "blockwork.local.fakes"],
            "environment": {
                "OUTSIDE_PORT": str(port + OUTSIDE),
                "MAIL_PORT": str(port + MAIL),
                "FAKES": json.dumps(fakes),
            },
        }
        for number, each in enumerate(self.companions, start=port + FIRST_COMPANION):
            said = {"{port}": str(number), "{state}": str(self.state)}
            program = sys.executable if each.command[0] == "python" else each.command[0]
            words = [program, *(_filled(word, said) for word in each.command[1:])]
            variables = {name: _filled(value, said) for name, value in each.environment.items()}
            yield {"name": each.name, "command": words, "environment": variables}

    def _recorded(self) -> dict[str, Any]:
        try:
            recorded: dict[str, Any] = json.loads(self._record.read_text())
        except (OSError, ValueError):
            return {}
        return recorded


def _filled(text: str, said: Mapping[str, str]) -> str:
    for name, value in said.items():
        text = text.replace(name, value)
    return text


def _package_installer() -> dict[str, Any]:
    """Return what the emulator gets native packages with: registries are reached as from here."""
    reaching = {
        name: value
        for name, value in tool_environment().items()
        if name in ("HOME", "PATH") or REACHES_REGISTRIES(name)
    }
    return {"uv": uv.find_uv_bin(), "env": reaching}


def answers(port: int, path: str = "/_ministack/health") -> bool:
    """Tell whether something answers on the port; the emulator unless `path` is another's."""
    try:
        url = f"http://{HOST}:{port}{path}"
        return httpx.get(url, timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def check_is_folder(directory: Path) -> None:
    """Refuse a path that is something else than a folder; it may be missing.

    :raises LocalStageError: with the way out.
    """
    try:
        is_folder = stat.S_ISDIR(directory.stat().st_mode)
    except FileNotFoundError:
        return
    except OSError as error:
        raise not_writable(directory, error.strerror) from error
    if not is_folder:
        raise not_writable(directory, "it is a file")


def check_directory(directory: Path) -> None:
    """Refuse a folder that nothing can be written to.

    :raises LocalStageError: if there is no way to write there.
    """
    probe = directory / ".writable"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise not_writable(directory, error.strerror) from error


def not_writable(directory: Path, why: str | None) -> LocalStageError:
    """Return the error that says that a stage cannot keep its state there."""
    return LocalStageError(
        f"{shortened(directory)} cannot be written to ({why}): choose another folder with"
        " --directory"
    )
