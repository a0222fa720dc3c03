"""Bring an app up on this machine, and down again."""

import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from blockwork.alone import kept_open, take, to_stderr
from blockwork.command.called import called
from blockwork.command.settings import DEFAULT_PORT
from blockwork.local.account import Account
from blockwork.local.app import App, OnLine
from blockwork.local.assembly import Environment, chosen, environments, places, read_stacks
from blockwork.local.cdk import Cdk
from blockwork.local.errors import CommandError
from blockwork.local.fakes.keys import key_file
from blockwork.local.fingerprint import fingerprint
from blockwork.local.launch import Emulator, check_directory, check_is_folder, not_writable
from blockwork.local.node_sdk import install, lacking, needed, pinned
from blockwork.local.places import LOCAL
from blockwork.local.preflight.check import check
from blockwork.local.progress import Progress
from blockwork.local.toolchain import Toolchain

# What the emulator itself remembers: it is forgotten with the state, and kept with it.
DEPLOYED = "/local-stage/deployed"


class LocalStage:
    """One local stage: an emulator, what is deployed to it, and what it remembers.

    :param app: what it runs.
    :param directory: holds all of it. Default: `.local` in the checkout.
    :param port: of AWS's APIs; the website is on the next one. Default: the last one used in this
        directory, else `usual_port`.
    :raises LocalStageError: if the path is a file's.
    """

    def __init__(
        self,
        app: App,
        directory: Path = LOCAL,
        port: int | None = None,
        usual_port: int = DEFAULT_PORT,
    ) -> None:
        check_is_folder(directory)
        self.app = app
        self.directory = directory.absolute()
        self.emulator = Emulator(self.directory, fakes=app.fakes, companions=app.companions)
        self.platform_file = self.directory / "platform.json"
        self._toolchain = Toolchain()
        self._wanted_port = port
        self._usual_port = usual_port
        self._choose_port()

    def up(self, progress: Progress | None = None) -> dict[str, Any]:
        """Bring it up, doing only what is missing, and return the content of `platform.json`.

        :param progress: where to show what is going on. Default: standard error.
        :raises LocalStageError: if something stands in the way; the message says what to do.
        """
        progress = progress or Progress()
        check_directory(self.directory)
        with self.alone(called("local up"), progress.say):
            self._choose_port()  # another may have come first, and started it on one
            return self._up(progress)

    def _up(self, progress: Progress) -> dict[str, Any]:
        wanted = fingerprint(self.app.inputs, self.port)
        with progress.running():
            try:
                self._bring_up(wanted, progress)
            except CommandError as error:
                if self.emulator.is_running() or error.log == self.emulator.log:
                    raise
                again = called("local up")
                message = f"The emulator ended during the deployment: run '{again}' again."
                raise CommandError(message, self.emulator.log) from error
            with progress.step("First content") as show:
                return self.app.seed(self._account, self._known(), self._write, show)

    def down(self) -> bool:
        """Stop it, keep its state, and tell whether it ran."""
        if not self.directory.exists():
            return False
        with self.alone(called("local down")):
            return self.emulator.stop()

    def clean(self) -> None:
        """Stop it and forget its state; what is built for every stage of the checkout stays."""
        if not self.directory.exists():
            return
        with self.alone(called("local clean")):
            self.emulator.stop()
            self.emulator.forget()
            for name in ("cdk.out", "cdk-home"):
                shutil.rmtree(self.directory / name, ignore_errors=True)
            for file in (self.platform_file, self.directory / "emulator.json"):
                file.unlink(missing_ok=True)

    @property
    def account(self) -> Account:
        """Return the account that the app is deployed to."""
        return self._account

    @property
    def cdk(self) -> Cdk:
        """Return what deploys the app: its `assembly` is what was synthesised last."""
        return self._cdk

    def forget_deployed(self) -> None:
        """Let the next `up` synthesise and deploy: what runs may be another thing by then."""
        self._account.remember(DEPLOYED, "edited since")

    @contextmanager
    def alone(self, doing: str, say: Callable[[str], None] = to_stderr) -> Iterator[None]:
        """Let no other command at this stage while the block runs."""
        lock = self.directory / "stage.lock"
        try:
            held = take(lock, doing, say)
        except OSError as error:
            raise not_writable(self.directory, error.strerror) from error
        with kept_open(held):
            yield

    def _choose_port(self) -> None:
        self.port = self._wanted_port or self.emulator.port or self._usual_port
        self._account = Account(self.port, self._places)
        self._cdk = Cdk(
            self.directory,
            self.port,
            self.app.context(self.port),
            self.app.stacks,
            self.app.parameters,
        )

    def _places(self) -> list[Environment]:
        return places(self._cdk.assembly, self.app.stacks)

    def _bring_up(self, wanted: str, progress: Progress) -> None:
        def with_progress(name: str, do: Callable[[OnLine], None]) -> None:
            with progress.step(name) as show:
                do(show)

        with ThreadPoolExecutor() as pool:
            packages = pool.submit(with_progress, "npm packages", self._toolchain.node_packages)
            begun = pool.submit(self.app.begin)
            self._start_emulator(progress)
            self._share_secrets()
            self.app.prepare(self._account, self.emulator.state)
            if self._account.recall(DEPLOYED) == wanted and self.app.is_serving(self._account):
                packages.result()
                return
            packages.result()
            synthesized = pool.submit(self._synthesize, with_progress, begun)
            if not self._account.is_bootstrapped():
                with_progress("CDK bootstrap", self._cdk.bootstrap)
            synthesized.result()
        self._make_ready(progress, with_progress)
        with_progress("Deployment", self._cdk.deploy)
        self._account.remember(DEPLOYED, wanted)

    def _make_ready(
        self, progress: Progress, with_progress: Callable[[str, Callable[[OnLine], None]], None]
    ) -> None:
        """Say what will not be as on AWS, and bring what the assembly asks for besides."""
        stacks = chosen(read_stacks(self._cdk.assembly), self.app.stacks)
        for line in check(stacks, self.app.parameters):
            progress.say(line)
        packages = lacking(needed(stacks) & pinned().keys())
        if packages:
            get = partial(install, packages, self.directory)
            with_progress("AWS's SDK for Node.js", lambda show: get(on_line=show))
        known = self._account.are_bootstrapped(environments(stacks))
        rest = [each for each, is_ready in known.items() if not is_ready]
        if rest:
            make = partial(self._cdk.bootstrap, environments=rest)
            with_progress("CDK bootstrap", lambda show: make(show))

    def _synthesize(
        self,
        with_progress: Callable[[str, Callable[[OnLine], None]], None],
        begun: "Future[None]",
    ) -> None:
        with_progress("Build", self.app.build)
        begun.result()  # two that build the same would each take as long as one
        with_progress("CDK synth", self._cdk.synthesize)

    def _share_secrets(self) -> None:
        """Store what the app shares with fakes, as an operator does with what providers say."""
        for fake in self.app.fakes:
            for secret, parameter in fake.secrets.items():
                value = key_file(self.emulator.state, fake.name, secret).made()
                self._account.keep_secret(parameter, value)

    def _start_emulator(self, progress: Progress) -> None:
        if not self.emulator.is_current(self.port):
            with progress.step("Emulator") as show:
                show("environment")
                python = self._toolchain.emulator_environment()
                show("start")
                self.emulator.start(port=self.port, python=python)
        if damage := self._account.damage():
            progress.say(f"The kept state cannot be used, {damage}: starting with an empty one.")
            with progress.step("Emulator"):
                self.emulator.stop()
                self.emulator.forget()
                python = self._toolchain.emulator_environment()
                self.emulator.start(port=self.port, python=python)

    def _known(self) -> dict[str, Any]:
        try:
            known = json.loads(self.platform_file.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}

    def _write(self, content: dict[str, Any]) -> None:
        self.platform_file.touch(mode=0o600)
        self.platform_file.chmod(0o600)
        self.platform_file.write_text(json.dumps(content, indent=2) + "\n")
