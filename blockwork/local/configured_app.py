"""An app as its settings tell of it, or as it says itself in a class of its own."""

import sysconfig
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from blockwork.command.imports import imported
from blockwork.command.settings import Local, Settings, read_settings
from blockwork.companions import beside, beside_lines
from blockwork.local.account import Account, Deployed
from blockwork.local.app import App, OnLine
from blockwork.local.errors import LocalStageError
from blockwork.local.fingerprint import BUILT
from blockwork.local.places import LOCAL, REPOSITORY
from blockwork.local.stage import LocalStage


class ConfiguredApp:
    """Any CDK app: its stacks, its `cdk.json`, and nothing else. Implements :class:`App`.

    :param local: what the app's settings say. Default: what stands in its folder.
    :param folder: where its `cdk.json` is. Default: where somebody stands.
    """

    def __init__(self, local: Local | None = None, folder: Path = REPOSITORY) -> None:
        self._local = read_settings(folder).local if local is None else local
        self._folder = folder
        self.stacks = self._local.stacks
        self.parameters = self._local.parameters
        self.fakes = self._local.fakes
        self.companions = self._local.companions

    @property
    def inputs(self) -> list[Path]:
        """Return all that is in its folder and no build's result, and what is installed."""
        ours = (each for each in sorted(self._folder.iterdir()) if not _is_made(each))
        # Has the hash of every file.
        installed = Path(sysconfig.get_path("purelib")).glob("*.dist-info/RECORD")
        return [*ours, *sorted(installed)]

    def context(self, port: int) -> Mapping[str, str]:
        """Return what the settings say."""
        return {
            name: value.replace("{port}", str(port)) for name, value in self._local.context.items()
        }

    def begin(self) -> None:
        """Do nothing: nobody knows what an app's synthesis does where packages are missing."""

    def build(self, on_line: OnLine) -> None:
        """Do nothing: what needs to be built first is told by a class of the app's own."""

    def prepare(self, account: Account, state: Path) -> None:
        """Do nothing."""

    def is_serving(self, account: Account) -> bool:
        """Say so: the account keeps what was deployed as long as it knows that it was."""
        return True

    def seed(
        self,
        account: Account,
        known: Mapping[str, Any],
        keep: Callable[[dict[str, Any]], None],
        on_line: OnLine,
    ) -> dict[str, Any]:
        """Bring nothing in, and return where everything is, and what the stacks tell."""
        content = {
            "emulatorUrl": account.url,
            "siteUrl": account.site_url,
            "region": account.region,
            "beside": beside(self.fakes, self.companions, account.port),
            "stacks": told_by(account.deployed()),
        }
        keep(content)
        return content

    def summary(self, content: Mapping[str, Any]) -> list[str]:
        """Say where AWS's APIs and all beside them are, and what each stack tells."""
        told = beside_lines(content["beside"])
        return [*self._lines(content["stacks"]), f"  AWS API  {content['emulatorUrl']}", *told]

    def _lines(self, stacks: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
        for name, outputs in sorted(stacks.items()):
            yield f"  {name}"
            width = max(map(len, outputs), default=0)
            yield from (f"    {key:{width}}  {value}" for key, value in outputs.items())
        yield ""


def told_by(stacks: Iterable[Deployed]) -> dict[str, Mapping[str, str]]:
    """Return what stacks tell, by names: of several `Shop`, `Shop@eu-central-1/111111111111`."""
    stacks = [*stacks]
    alike = Counter(each.name for each in stacks)
    return {
        each.name if alike[each.name] == 1 else f"{each.name}@{each.place}": each.outputs
        for each in stacks
    }


def _is_made(path: Path) -> bool:
    is_environment = (path / "pyvenv.cfg").is_file()
    return path.name.startswith(".") or path.name in BUILT or is_environment


def find_app(settings: Settings, folder: Path = REPOSITORY) -> App:
    """Return the app that the settings name, or the one that they make.

    :raises SettingsError: if they name none that can be imported.
    """
    if settings.local.app is None:
        return ConfiguredApp(settings.local, folder)
    kind = imported(settings.local.app, settings, key="local.app", folder=folder)
    app: App = kind()
    return app


def open_stage(directory: Path = LOCAL, port: int | None = None) -> LocalStage:
    """Return the local stage of the app in whose folder somebody stands.

    :param directory: holds it. Default: `.local` there.
    :param port: of AWS's APIs. Default: the one it had last, else the setting `local.port`.
    :raises LocalStageError: if there is no app.
    """
    if not (REPOSITORY / "cdk.json").is_file():
        raise LocalStageError(
            f"There is no cdk.json in {Path.cwd()}, nor in a folder above it: go to the folder of"
            " a CDK app."
        )
    settings = read_settings()
    return LocalStage(find_app(settings), directory, port, usual_port=settings.local.port)
