"""A resource that nothing asks for while an app runs does not keep the app from running.

Stock refuses a template with a type that it does not know. Closed for those that
blockwork/local/preflight/types.toml calls placeholders, such as a backup plan: they are kept as a
record of their stack, and the local stage says before the deployment what does not happen. Their
attributes are made up of their name.
"""

from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import provisioners

from blockwork.local.emulator.gaps._hooks import Properties
from blockwork.local.preflight.table import Fate, fate


class Handlers(dict[str, dict[str, Any]]):
    """Stock's, and one for each type that is to be a placeholder."""

    def __contains__(self, type_: object) -> bool:
        """Tell whether there is one."""
        return super().__contains__(type_) or _is_placeholder(type_)

    def __missing__(self, type_: str) -> dict[str, Any]:
        """Make one."""
        if not _is_placeholder(type_):
            raise KeyError(type_)
        return _handlers(type_)

    def get(self, type_: str, default: Any = None) -> Any:
        """Look as `[]` does."""
        return self[type_] if type_ in self else default  # noqa: SIM401 -- it is this method


def close() -> None:
    """Look for placeholders where stock knows no type."""
    provisioners._RESOURCE_HANDLERS = Handlers(provisioners._RESOURCE_HANDLERS)


def _is_placeholder(type_: object) -> bool:
    return isinstance(type_, str) and fate(type_)[0] is Fate.PLACEHOLDER


def _handlers(type_: str) -> dict[str, Any]:
    _, service, kind = type_.split("::")

    def attributes(name: str) -> dict[str, str]:
        place = f"{service.lower()}:{get_region()}:{get_account_id()}"
        arn = f"arn:aws:{place}:{kind.lower()}/{name}"
        named = {"Arn": arn, "Id": name, "Name": name}
        return {**named, **{f"{kind}{key}": value for key, value in named.items()}}

    def create(logical_id: str, properties: Properties, stack: str) -> tuple[str, dict[str, str]]:
        name = properties.get("Name") or properties.get(f"{kind}Name")
        made = str(name or provisioners._physical_name(stack, logical_id, max_len=60))
        return made, attributes(made)

    def update(
        name: str, _old: Properties, _new: Properties, _stack: str
    ) -> tuple[str, dict[str, str]]:
        return name, attributes(name)

    return {"create": create, "update": update, "delete": lambda _name, _properties: None}
