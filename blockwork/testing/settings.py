"""What a team says about its app in `pyproject.toml`, under `[tool.blockwork.testing]`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

TABLE = "tool.blockwork.testing"


class SettingsError(ValueError):
    """A setting cannot be used; the message says where it stands and what is allowed."""


@dataclass(frozen=True, kw_only=True)
class OptOut:
    """A finding that a team lives with.

    :param rule: the id of the rule.
    :param at: what the finding is about, `*` for any characters: `Prod-Orders/Legacy*`, or
        `* (AWS::SNS::Topic)`.
    :param why: why it is right here, for whoever reads the rule next.
    """

    rule: str
    at: str
    why: str

    def covers(self, at: str) -> bool:
        """Tell whether a finding at this place is meant."""
        return fnmatchcase(at, self.at)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The table, with its defaults.

    :param app: `module:function`, which takes no arguments and returns the app, not synthesised
        yet, or the folder of an assembly. Default: the command `app` of `cdk.json` is run, as the
        CDK's own command line does it.
    :param stages: what the names of stacks begin with, before `-`, one for each stage: stacks that
        differ in this alone are compared. Default: none are.
    :param data_may_go: names of the stacks whose data may be lost, `*` for any characters. Default:
        none, so that data of every stack is kept.
    :param most_resources: how many resources a stack may have; CloudFormation takes 500. Default:
        400, because a stack is split long before it must be.
    :param opt_outs: findings to live with.
    """

    app: str | None = None
    stages: tuple[str, ...] = ()
    data_may_go: tuple[str, ...] = ()
    most_resources: int = 400
    opt_outs: tuple[OptOut, ...] = ()

    def keeps_data(self, stack: str) -> bool:
        """Tell whether a stack's data must survive."""
        return not any(fnmatchcase(stack, pattern) for pattern in self.data_may_go)


def read_settings(pyproject: Path) -> Settings:
    """Return what the file says; without file or table all defaults.

    :raises SettingsError: if a key is unknown, a value is of another type, or an opt-out lacks its
        rule, its place or its reason.
    """
    if not pyproject.is_file():
        return Settings()
    table: Any = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    for part in TABLE.split("."):
        table = table.get(part, {})
    at = f"{pyproject} [{TABLE}]"
    _refuse_unknown(table, Settings, at)
    words: dict[str, Any] = {}
    for key, value in table.items():
        match key, value:
            case "app", str():
                words[key] = value
            case "most_resources", int():
                words[key] = value
            case "stages" | "data_may_go", [*names] if all(isinstance(n, str) for n in names):
                words[key] = tuple(names)
            case "opt_outs", [*entries]:
                words[key] = tuple(_opt_out(entry, at) for entry in entries)
            case _:
                raise SettingsError(f"{at}: {key} must be {FORMS[key]}, got {value!r}")
    return Settings(**words)


FORMS = {
    "app": "text such as 'app:build_app'",
    "stages": "a list of texts such as ['Dev', 'Prod']",
    "data_may_go": "a list of texts such as ['Dev-*']",
    "most_resources": "a number",
    "opt_outs": f"tables [[{TABLE}.opt_outs]]",
}


def _opt_out(entry: Any, at: str) -> OptOut:  # noqa: ANN401 -- TOML
    if not isinstance(entry, dict):
        raise SettingsError(f"{at}: opt_outs must be {FORMS['opt_outs']}, got {entry!r}")
    _refuse_unknown(entry, OptOut, f"{at}: opt_outs")
    for key in ("rule", "at", "why"):
        value = entry.get(key)
        if not isinstance(value, str) or not value.strip():
            raise SettingsError(
                f"{at}: an opt-out must say {key} in words, got {value!r} in {entry!r}: "
                'rule = "…" (its id), at = "…" (the finding\'s place, * for any characters), '
                'why = "…" (the reason that the next reader needs)'
            )
    return OptOut(**entry)


def _refuse_unknown(table: Mapping[str, Any], kind: type, at: str) -> None:
    known = {field.name for field in fields(kind)}
    for key in table:
        if key not in known:
            raise SettingsError(f"{at}: keys must be of {', '.join(sorted(known))}, got {key!r}")
