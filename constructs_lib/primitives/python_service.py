"""What all functions of one microservice have in common."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import cast
from weakref import WeakKeyDictionary

from aws_cdk import Annotations, RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs_lib.asked_once import node_of, stack_of
from constructs_lib.import_graph import modules_behind
from constructs_lib.primitives.build_target import BuildTarget
from constructs_lib.primitives.python_build import (
    build_code,
    build_function,
    build_layer,
    packages_of,
)
from constructs_lib.primitives.source_files import source_files
from constructs_lib.primitives.zips import asset, noted
from constructs_lib.runtime_kit import (
    INSTALLED,
    KIT,
    LIBRARY,
    PARTS,
    modules_of_the_kit,
    packages_needed,
)

_layers: WeakKeyDictionary[Construct, dict[str, "PackagesLayer"]] = WeakKeyDictionary()
"""Those of a construct by their ids: every function of a stack asks for its service's."""


class PackagesLayer(lambda_.LayerVersion):
    """A layer of locked packages that knows what it was built of, and for what."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        requirements: Path,
        target: BuildTarget,
        beside: Path | None,
        description: str,
    ) -> None:
        self.requirements, self.target = requirements.resolve(), target
        built = build_layer(requirements, target, beside)
        self.packages = packages_of(built)
        super().__init__(
            scope,
            id_,
            code=asset(built),
            compatible_architectures=[target.architecture],
            description=description,
        )

    def is_of(self, requirements: Path, target: BuildTarget) -> bool:
        """Tell whether it holds these packages for this target."""
        return (self.requirements, self.target) == (requirements.resolve(), target)


@dataclass(frozen=True, kw_only=True)
class PythonService:
    """One microservice's code, its third-party packages, and how its functions log.

    Make one for each stack and give it to every function of it::

        orders = PythonService(
            name="orders",
            source=Path("src"),
            requirements=Path("src/requirements.txt"),
        )
        PythonFunction(self, "PlaceOrder", service=orders, entry="handlers.place_order")

    :param name: the service's package, a folder of `source`.
    :param source: the folder that holds every service's package; it is on the import path.
    :param shared: packages and single modules of `source` that every service may import, by the
        names it imports them by. A function gets what it imports of them. Default: `shared`, if it
        exists.
    :param requirements: third-party packages, pinned with their hashes (`uv pip compile
        --generate-hashes`), or wheels; what it includes counts too. They become a layer. Default:
        none.
    :param target: what the code is built for; the template says the same of each function.
        Default: Python 3.14 on arm64 in Lambda.
    :param log_level: the least severe level that is logged. Default: INFO.
    :param log_retention: how long logs are kept. Default: that of :class:`Defaults`, else three
        months.
    :param log_removal_policy: what becomes of the logs when a function is removed. Default: that of
        :class:`Defaults`, else kept.
    :raises ValueError: if `name` or `shared` is not in `source`, a package hides one of Python's
        own modules (code comes first on Lambda's import path), `requirements` is no file, or
        Lambda has no such target.
    """

    name: str
    source: Path
    shared: tuple[str, ...] | None = None
    requirements: Path | None = None
    target: BuildTarget = field(default_factory=BuildTarget)
    log_level: lambda_.ApplicationLogLevel = lambda_.ApplicationLogLevel.INFO
    log_retention: logs.RetentionDays | None = None
    log_removal_policy: RemovalPolicy | None = None

    def __post_init__(self) -> None:
        """Refuse what does not exist before anything is built from it."""
        if not (self.source / self.name).is_dir():
            raise ValueError(f"name must be a folder of {self.source}, got {self.name!r}")
        there = {*self._folders(), *(file.stem for file in self.source.glob("*.py"))}
        for name in self.shared or ():
            if name not in there:
                raise ValueError(
                    f"shared must be packages or modules of {self.source}, some of "
                    f"{', '.join(sorted(there - {self.name}))}, got {name!r}"
                )
        for argument, name in [("name", self.name), *(("shared", each) for each in self._shared)]:
            if name in {LIBRARY, *sys.stdlib_module_names} or not name.isidentifier():
                raise ValueError(
                    f"{argument} must be a package that hides none of Python's own modules, nor "
                    f"{LIBRARY}, got {name!r}: rename {self.source / name}"
                )
        if self.requirements is not None and not self.requirements.is_file():
            raise ValueError(f"requirements must be a pinned file, got {self.requirements}")
        _ = self.target.runtime, self.target.architecture  # which refuse what Lambda has not

    def code(self, entry: str) -> lambda_.Code:
        """Return the code of one function: the modules its entry imports, and theirs.

        Of this service, of what it shares and of the runtime kit, nobody else's; import statements
        tell which.
        """
        return asset(self._zip(entry))

    def _zip(self, entry: str) -> Path:
        return build_function(self._whole, f"{self.name}.{entry}", lambda: self.modules(entry))

    def modules(self, entry: str) -> dict[str, Path] | None:
        """Return the files that a function loads, by their names in its code.

        :return: None where some are imported by names made at run time: then it gets all.
        """
        return modules_behind(f"{self.name}.{entry}", self._packages)

    def refuse_missing_packages(
        self, entry: str, layers: Sequence[lambda_.ILayerVersion], at: str
    ) -> None:
        """Refuse a function whose layers lack what the runtime kit imports.

        :param layers: all that it has; one that was not made here may hold anything.
        :raises ValueError: names the packages.
        """
        known = [layer.packages for layer in layers if isinstance(layer, PackagesLayer)]
        if len(known) < len(layers):
            return
        needed = packages_needed(noted(self._zip(entry), "kit", modules_of_the_kit))
        if missing := sorted(needed.difference(*known)):
            raise ValueError(
                f"requirements must hold what {KIT} imports in {self.name}.{entry}, got "
                f"{self.requirements} without {', '.join(missing)}: add it to what the file is "
                f"compiled from (at {at})"
            )

    @cached_property
    def _packages(self) -> dict[str, Path]:
        ours = dict.fromkeys((self.name, *self._shared), self.source)
        return {**ours, LIBRARY: INSTALLED}

    @cached_property
    def _parts(self) -> list[tuple[Path, str]]:
        """What any of its functions may load; the kit only where something speaks of it."""
        ours = [(self.source, package) for package in (self.name, *self._shared)]
        files = (file for part in ours for file in source_files(*part).values())
        uses_kit = any(
            LIBRARY.encode() in file.read_bytes() for file in files if file.suffix == ".py"
        )
        return [*ours, *PARTS] if uses_kit else ours

    @property
    def _shared(self) -> tuple[str, ...]:
        by_default = ("shared",) if "shared" in self._folders() else ()
        return by_default if self.shared is None else self.shared

    def _folders(self) -> list[str]:
        return [
            entry.name
            for entry in self.source.iterdir()
            if entry.is_dir() and not entry.name.startswith((".", "__"))
        ]

    @cached_property
    def _whole(self) -> Path:
        return build_code(self._parts, self.target)

    def layers(self, scope: Construct) -> list[lambda_.ILayerVersion]:
        """Return the layer with the service's packages, one for the whole stack of `scope`."""
        return [self.layer(scope, "Dependencies", self.requirements)] if self.requirements else []

    def layer(self, scope: Construct, id_: str, requirements: Path) -> lambda_.ILayerVersion:
        """Return a layer with the locked `requirements`, one for the whole stack.

        For packages that only some functions need: start-up time and the size of what is loaded
        are every function's own. They may ask for what the service's own layer has. What has the
        same id, but other requirements or another target, is another layer: it stands beneath the
        first, named after its service.
        """
        stack = stack_of(scope)
        parent, name = cast(Construct, stack), id_
        while there := _child(parent, name):
            if isinstance(there, PackagesLayer) and there.is_of(requirements, self.target):
                return cast(lambda_.ILayerVersion, there)
            parent, name = there, self.name
        layer = _layers.setdefault(parent, {})[name] = PackagesLayer(
            parent,
            name,
            requirements=requirements,
            target=self.target,
            beside=None if requirements == self.requirements else self.requirements,
            description=f"Third-party packages of {self.name}",
        )
        if self.target.interpreter is None:
            Annotations.of(stack).add_info_v2(
                "blockwork:bytecode",
                f"no python{self.target.python} that runs is here to write bytecode with: "
                "modules load 1.25 to 2.2 times slower; deploy from a machine or CI job with it",
            )
        return cast(lambda_.ILayerVersion, layer)


def _child(parent: Construct, name: str) -> Construct | None:
    """Return what is beneath a construct by this id, whoever has made it."""
    known = _layers.get(parent, {}).get(name)
    return known or cast("Construct | None", node_of(parent).try_find_child(name))
