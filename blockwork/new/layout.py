"""Where things lie in an app that microservices, routes, events and blocks are added to."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from blockwork.command.settings import SettingsError, read_settings
from blockwork.new.names import NewError

NEEDED = ("app.py", "stacks/base.py", "stacks/foundation.py", "stacks/stages.py")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """An app that has the layout of `blockwork new app`.

    :param root: the folder of its `cdk.json`.
    :param name: what its project is called; sources of its events begin with it.
    :param source: the folder that holds every service's package, relative to `root`.
    :param events: the module with its events, relative to `root`.
    """

    root: Path
    name: str
    source: Path
    events: Path

    @classmethod
    def of(cls, folder: Path) -> "Layout":
        """Return the layout of the app that a folder lies in.

        :raises NewError: if there is no app, or it is laid out otherwise; says what is missing.
        """
        around = [folder, *folder.resolve().parents]
        root = next((each for each in around if (each / "cdk.json").is_file()), None)
        if root is None:
            raise NewError(
                f"{folder.resolve()} is in no app, for there is no cdk.json there nor in a folder "
                "above: go where one is, or make one by `blockwork new app NAME`"
            )
        try:
            settings = read_settings(root)
        except SettingsError as error:
            raise NewError(str(error)) from error
        missing = [name for name in NEEDED if not (root / name).is_file()]
        said = [("path", settings.path, '["src"]'), ("events", settings.events, '"shared.events"')]
        missing += [
            f"the key {key} in pyproject.toml [tool.blockwork], such as {key} = {example}"
            for key, value, example in said
            if not value
        ]
        if missing:
            raise NewError(
                f"{root} is not laid out as an app of `blockwork new app`, it lacks "
                f"{'; '.join(missing)}. Add them, or make an app beside it to copy from"
            )
        source = Path(settings.path[0])
        events = source / f"{str(settings.events).replace('.', '/')}.py"
        if not (root / events).is_file():
            raise NewError(
                f"{root / events} is missing, where [tool.blockwork] events = {settings.events!r} "
                "says that the app's events are"
            )
        return cls(root=root, name=_project(root), source=source, events=events)

    @property
    def services(self) -> list[str]:
        """The app's microservices: the packages that have handlers."""
        found = (self.root / self.source).glob("*/handlers/__init__.py")
        return sorted(file.parts[-3] for file in found)

    def service(self, name: str | None) -> str:
        """Return the microservice that is meant: the only one, where none is named.

        :raises NewError: if there is no such one, or there are several.
        """
        there = self.services
        if name is None and len(there) == 1:
            return there[0]
        if name not in there:
            got = f"got {name!r}" if name else "got none"
            raise NewError(
                f"--service must be one of {', '.join(there) or 'none yet'}, {got}: another one is "
                "made by `blockwork new service NAME`"
            )
        return str(name)


def _project(root: Path) -> str:
    file = root / "pyproject.toml"
    table = tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
    name = str(table.get("project", {}).get("name") or root.resolve().name)
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "app"
