"""Imports what an app's settings name."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from blockwork.command.settings import Settings, SettingsError
from blockwork.environment import HERE


def imported(named: str, settings: Settings, *, key: str, folder: Path = HERE) -> Any:  # noqa: ANN401 -- whatever it is
    """Import what a setting names, `module:name` or `module`, from where the app's code is.

    :param key: the setting, for the error.
    :param folder: the app's, which the setting `path` is relative to. Default: where somebody
        stands.
    :raises SettingsError: if it is not there.
    """
    places = [str((folder / each).resolve()) for each in (".", *settings.path)]
    sys.path[:0] = [place for place in places if place not in sys.path]
    module, _, name = named.partition(":")
    try:
        found = import_module(module)
        return getattr(found, name) if name else found
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsError(
            f"{key} must name what can be imported, as 'module:name', got {named!r}: {error}."
            f" The app's folder is {folder}; the setting path adds folders to import from."
        ) from error
