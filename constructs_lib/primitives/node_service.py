"""What all functions of one microservice in Node.js have in common."""

from dataclasses import dataclass
from pathlib import Path

from aws_cdk import RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from constructs_lib.primitives.node_build import build_bundle


@dataclass(frozen=True, kw_only=True)
class NodeService:
    """One microservice's code in TypeScript or JavaScript, and how its functions log.

    Make one for each stack and give it to every function of it::

        orders = NodeService(name="orders", source=Path("src"))
        NodeFunction(self, "PlaceOrder", service=orders, entry="place-order")

    esbuild bundles what a function imports, packages of `node_modules` too, so there are no layers;
    it takes types away and checks none, which is `tsc`'s work. It must be in the app's package.json
    (`npm install --save-dev esbuild`). AWS's SDK (`@aws-sdk/…`, `@smithy/…`) is Lambda's own; so
    that a local stage and `tsc` know it, too, install the clients that are used
    (`npm install --save-dev @aws-sdk/client-dynamodb`). Sources may import the runtime kit as
    `#blockwork/http.ts`, see :mod:`blockwork.node`.

    :param name: the service's folder in `source`.
    :param source: the folder that holds every service's.
    :param shared: folders of `source` that its sources may import, too. Default: none.
    :param log_level: the least severe level that is logged. Default: INFO.
    :param log_retention: how long logs are kept. Default: that of :class:`Defaults`, else three
        months.
    :param log_removal_policy: what becomes of the logs when a function is removed. Default: that of
        :class:`Defaults`, else kept.
    :raises ValueError: if `name` or `shared` is no folder of `source`, or hides the kit.
    """

    name: str
    source: Path
    shared: tuple[str, ...] = ()
    log_level: lambda_.ApplicationLogLevel = lambda_.ApplicationLogLevel.INFO
    log_retention: logs.RetentionDays | None = None
    log_removal_policy: RemovalPolicy | None = None

    def __post_init__(self) -> None:
        """Refuse what does not exist before anything is built from it."""
        for argument, name in [("name", self.name), *(("shared", each) for each in self.shared)]:
            if not name or not (self.source / name).is_dir():
                raise ValueError(f"{argument} must be a folder of {self.source}, got {name!r}")
            if name in ("blockwork", "node_modules"):
                raise ValueError(
                    f"{argument} must not hide what bundles have by this name, got {name!r}: "
                    f"rename {self.source / name}"
                )

    def bundle(self, module: Path) -> Path:
        """Return the zip of one function: its module, bundled with what it imports.

        :param module: of this service.
        :raises ValueError: if it cannot be bundled, is larger than Lambda takes, or exports no
            `handler`.
        :raises RuntimeError: if there is no esbuild, or no Node.js that runs it.
        """
        entry = module.relative_to(self.source).as_posix()
        return build_bundle(self.name, self.source, (self.name, *self.shared), entry)
