"""The fakes that an app has registered, found by the names of what makes them."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from blockwork.local.fakes.fake import Fake
from blockwork.local.fakes.place import Place


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A fake that is to be made.

    :param at: the parts of the path under which it answers; none is the root.
    """

    name: str
    at: tuple[str, ...]
    make: Callable[[Place], object]

    def made(self, place: Place) -> Fake:
        """Make it.

        :raises ValueError: if what is made is no fake.
        """
        fake = self.make(place)
        if not isinstance(fake, Fake):
            raise ValueError(f"the code of {self.name} must return a Fake, got {str(fake)[:100]!r}")
        return fake


def registered(entry: dict[str, Any]) -> Registered:
    """Return what an app's settings say, as JSON: `name`, `code` and `path`.

    :raises ValueError: if there is no such code.
    """
    module, _, name = entry["code"].partition(":")
    try:
        make = getattr(importlib.import_module(module), name)
    except (ModuleNotFoundError, AttributeError) as error:
        raise ValueError(
            f'code must be "module:name" in the app\'s folder, got {entry["code"]!r} (fake'
            f" {entry['name']}): {error}"
        ) from error
    parts = tuple(part for part in entry["path"].split("/") if part)
    return Registered(name=entry["name"], at=parts, make=make)
