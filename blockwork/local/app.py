"""What the local stage is told of the app that it runs."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from blockwork.companions import Companion, FakeService
from blockwork.local.account import Account

OnLine = Callable[[str], None]


class App(Protocol):
    """An app with a stage for this machine, and what happens around its deployment."""

    @property
    def inputs(self) -> Sequence[Path]:
        """Return the files and folders that decide what is deployed."""
        ...

    @property
    def fakes(self) -> Sequence[FakeService]:
        """Return the fakes of outside services that it speaks to."""
        ...

    @property
    def companions(self) -> Sequence[Companion]:
        """Return the servers that run beside the emulator."""
        ...

    @property
    def stacks(self) -> Sequence[str]:
        """Return the stacks to deploy as `cdk list` names them, `*` for characters; none: all."""
        ...

    @property
    def parameters(self) -> Mapping[str, str]:
        """Return CloudFormation's parameters, by `Stack:Name` or `Name`."""
        ...

    def context(self, port: int) -> Mapping[str, str]:
        """Return what the app's context says at synthesis (`-c name=value`)."""
        ...

    def begin(self) -> None:
        """Do what needs nothing that is got meanwhile: the emulator, packages of npm.

        It only saves time: what it cannot do, and what it has not done, the synthesis does.
        """

    def build(self, on_line: OnLine) -> None:
        """Build what synthesis needs, such as a web app."""

    def prepare(self, account: Account, state: Path) -> None:
        """Do what the first deployment needs, such as storing a secret. Done again at every start.

        :param state: the folder that is kept and forgotten with the account.
        """

    def is_serving(self, account: Account) -> bool:
        """Tell whether the app that was deployed last answers."""
        ...

    def seed(
        self,
        account: Account,
        known: Mapping[str, Any],
        keep: Callable[[dict[str, Any]], None],
        on_line: OnLine,
    ) -> dict[str, Any]:
        """Bring in what the app begins with, and return what people and tests are told of it.

        :param known: what was kept the last time; empty at first.
        :param keep: keeps what is returned: called before anything that may fail.
        """
        ...

    def summary(self, content: Mapping[str, Any]) -> Sequence[str]:
        """Return the lines that a person reads once all is up, from what `seed` has returned."""
        ...
