"""What a team says about its app: `blockwork.toml`, or `[tool.blockwork]` in `pyproject.toml`.

The first of the two that is there counts, beside the app's `cdk.json`. Without any, the defaults
hold: an app needs to say nothing.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from blockwork.companions import Companion, FakeService
from blockwork.environment import HERE

DEFAULT_PORT = 4566


class SettingsError(ValueError):
    """A setting cannot be used; the message says where it stands and what is allowed."""


class Local(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the app runs on this machine.

    :param app: `module:name` of a class without arguments that is a
        :class:`blockwork.local.app.App`, for what the other keys cannot say. Default: one that is
        made of them.
    :param context: the CDK's context (`-c name=value`); `{port}` in a value is the emulator's.
    :param stacks: the stacks to deploy, as `cdk list` names them, `*` for any characters but `/`.
        What they need is deployed with them. Default: all.
    :param parameters: CloudFormation's parameters by `Stack:Name` or `Name`.
    :param port: of AWS's APIs.
    :param fakes: of outside services that it speaks to.
    :param companions: servers that run beside the emulator, each on the next port after the four.
    """

    app: str | None = None
    context: dict[str, str] = {}
    stacks: tuple[str, ...] = ()
    parameters: dict[str, str] = {}
    port: int = DEFAULT_PORT
    fakes: tuple[FakeService, ...] = ()
    companions: tuple[Companion, ...] = ()


class DevWebsite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A website that a tool of the app's builds anew whenever a source is saved.

    :param content: the folder that it builds into, such as `site/dist`.
    :param watch: the tool's words, such as `["vite", "build", "site", "--watch"]`; programs of
        `node_modules` and of the Python environment are found.
    :param sources: the folder that holds the sources. Default: the one around `content`.
    """

    content: str
    watch: tuple[str, ...]
    sources: str | None = None


class Dev(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the app is worked on: `blockwork dev`.

    :param websites: whose saved sources are to be in their buckets at once. The others are built
        and deployed as the app does it.
    """

    websites: tuple[DevWebsite, ...] = ()


class Bench(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of it is measured: `python -m blockwork.bench`.

    :param saves: `module:name` of what is saved in the dev loop, a list of
        :class:`blockwork.bench.saves.Save`. Default: the loop is not measured.
    """

    saves: str | None = None


class Stage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A deployed stage that commands can operate, by the credentials of the shell.

    :param region: where it is. Default: the shell's.
    :param profile: of AWS's configuration. Default: the shell's.
    :param account: the id of its AWS account. What makes something there refuses credentials of
        another one. Default: any.
    """

    region: str | None = None
    profile: str | None = None
    account: str | None = None


class StageOfFile(Stage, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """The same, among what else the app says of its stage."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that an app says of itself.

    :param local: how it runs on this machine.
    :param dev: how it is worked on there.
    :param bench: what of it is measured.
    :param stages: its deployed stages by name. `local` is always there.
    :param stages_file: a TOML file of the app's own with a table a stage, for which `stages` would
        be a second place: `region`, `profile` and `account` of each count, whatever else it
        holds.
    :param called: what people type instead of a command, for messages: by its words, such as
        `"local up" = "make up"` and `"local up --port {port}" = "make up PORT={port}"`.
    :param events: `module` with the app's events, for `schemas`.
    :param path: folders to import the app's own modules from, such as `["src"]`.
    :param testing: read by :mod:`blockwork.testing.settings`.
    """

    local: Local = Local()
    dev: Dev = Dev()
    bench: Bench = Bench()
    stages: dict[str, Stage] = {}
    stages_file: str | None = None
    called: dict[str, str] = {}
    events: str | None = None
    path: tuple[str, ...] = ()
    testing: dict[str, Any] = {}


def read_settings(folder: Path = HERE) -> Settings:
    """Return what the app in a folder says of itself.

    :raises SettingsError: if a file cannot be read, a key is unknown or a value is of another type.
    """
    file = folder / "blockwork.toml"
    if file.is_file():
        return _settings(_table(file), str(file))
    file = folder / "pyproject.toml"
    table = _table(file) if file.is_file() else {}
    return _settings(table.get("tool", {}).get("blockwork", {}), f"{file} [tool.blockwork]")


def read_stages(folder: Path = HERE) -> Mapping[str, Stage]:
    """Return the deployed stages of the app in a folder, by name.

    :raises SettingsError: if its settings, or the file they name, cannot be read.
    """
    settings = read_settings(folder)
    if settings.stages_file is None:
        return settings.stages
    if settings.stages:
        raise SettingsError("stages and stages_file must not both be set: one place says it")
    file = folder / settings.stages_file
    try:
        found: dict[str, StageOfFile] = msgspec.convert(_table(file), dict[str, StageOfFile])
    except msgspec.ValidationError as error:
        raise SettingsError(f"{file}: {error}") from error
    return found


def _table(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from error


def _settings(table: Mapping[str, Any], at: str) -> Settings:
    try:
        return msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{at}: {error}") from error
