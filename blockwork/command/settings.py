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
from blockwork.local.places import REPOSITORY

DEFAULT_PORT = 4566


class SettingsError(ValueError):
    """A setting cannot be used; the message says where it stands and what is allowed."""


class Local(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the app runs on this machine.

    :param app: `module:name` of a class without arguments that is a
        :class:`blockwork.local.app.App`, for what the other keys cannot say. Default: one that is
        made of them.
    :param context: the CDK's context (`-c name=value`); `{port}` in a value is the emulator's.
    :param stacks: names of the stacks to deploy, `*` for any characters. Default: all.
    :param parameters: CloudFormation's parameters by `Stack:Name` or `Name`.
    :param port: of AWS's APIs.
    :param fakes: of outside services that it speaks to.
    :param companions: servers that run beside the emulator, each on the next port after the four.
    """

    app: str | None = None
    context: dict[str, str] = {}
    stacks: tuple[str, ...] = ("*",)
    parameters: dict[str, str] = {}
    port: int = DEFAULT_PORT
    fakes: tuple[FakeService, ...] = ()
    companions: tuple[Companion, ...] = ()


class Stage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A deployed stage that commands can operate, by the credentials of the shell.

    :param region: where it is. Default: the shell's.
    :param profile: of AWS's configuration. Default: the shell's.
    """

    region: str | None = None
    profile: str | None = None


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that an app says of itself.

    :param local: how it runs on this machine.
    :param stages: its deployed stages by name. `local` is always there.
    :param events: `module` with the app's events, for `schemas`.
    :param path: folders to import the app's own modules from, such as `["lambda_src"]`.
    :param testing: read by :mod:`blockwork.testing.settings`.
    """

    local: Local = Local()
    stages: dict[str, Stage] = {}
    events: str | None = None
    path: tuple[str, ...] = ()
    testing: dict[str, Any] = {}


def read_settings(folder: Path = REPOSITORY) -> Settings:
    """Return what the app in a folder says of itself.

    :raises SettingsError: if a file cannot be read, a key is unknown or a value is of another type.
    """
    file = folder / "blockwork.toml"
    if file.is_file():
        return _settings(_table(file), str(file))
    file = folder / "pyproject.toml"
    table = _table(file) if file.is_file() else {}
    return _settings(table.get("tool", {}).get("blockwork", {}), f"{file} [tool.blockwork]")


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
