"""A Lambda function in Node.js that says what it does, may do little, and gives up in time."""

import zipfile
from collections.abc import Mapping, Sequence
from typing import Unpack

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from constructs_lib.asked_once import path_of
from constructs_lib.primitives.function_options import NOT_FOR_NODE, FunctionOptions
from constructs_lib.primitives.l2_options import refuse_options
from constructs_lib.primitives.node_build import BUNDLE, ENTRIES, entry_files
from constructs_lib.primitives.node_service import NodeService
from constructs_lib.primitives.service_function import TEN_SECONDS, ServiceFunction
from constructs_lib.primitives.zips import asset

SHOWS_SOURCES = "--enable-source-maps"


class NodeFunction(ServiceFunction):
    """A function with JSON logs that expire, tracing, a role of its own and bounded retries.

    It runs on Node.js 24 on arm64, as one ES module; the stack of an error names lines of the
    sources (`NODE_OPTIONS=--enable-source-maps`). Its role may write its own log and its traces,
    and nothing else until a `let_…` or `grant_…` says so. Blocks take it wherever they take a
    function::

        place_order = NodeFunction(self, "PlaceOrder", service=orders, entry="place-order")
        table.let_use(
            place_order, "dynamodb:PutItem", variable="ORDERS_TABLE", attributes=["total"]
        )

    :param service: whose code this is, see :class:`NodeService`.
    :param entry: the module inside the service's folder, without its ending, such as
        `handlers/place-order`; the `handler` that it exports is called.
    :param environment: what the entry point reads. Default: nothing.
    :param timeout: how long one invocation may take, 1 second to 15 minutes. Default: 10 seconds.
    :param memory_size: in MiB, 128 to 10,240; processor time grows with it. Default: 512.
    :param layers: layers, such as extensions. Default: none; packages are in the bundle.
    :param reserved_concurrent_executions: how many invocations may run at once, which are then kept
        free for it. Default: as many as the account has left.
    :param tracing: whether X-Ray follows an invocation, see :class:`PythonFunction`. Default: that
        of :class:`Defaults`, else active.
    :param on_failure: where an asynchronous invocation ends that failed for the last time.
        Default: nowhere, which is right only for functions that are invoked synchronously.
    :param retry_attempts: how often a failed asynchronous invocation is tried again, 0 to 2.
        Default: 2, the Lambda maximum.
    :param options: any other of `aws_lambda.Function`, see :class:`FunctionOptions`. Default: as
        those of :class:`PythonFunction`.
    :raises ValueError: if `entry` is no module of the service, or cannot be bundled; if an option
        contradicts what is said above; or if a number is not one that Lambda takes.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        service: NodeService,
        entry: str,
        environment: Mapping[str, str] | None = None,
        timeout: Duration = TEN_SECONDS,
        memory_size: int = 512,
        layers: Sequence[lambda_.ILayerVersion] = (),
        reserved_concurrent_executions: int | None = None,
        tracing: lambda_.Tracing | None = None,
        on_failure: lambda_.IDestination | None = None,
        retry_attempts: int = 2,
        **options: Unpack[FunctionOptions],
    ) -> None:
        at = f"{path_of(scope)}/{id_}"
        refuse_options(options, NOT_FOR_NODE, at)
        folder = service.source / service.name
        files = list(entry_files(folder, entry))
        if len(files) != 1 or ".." in entry.split("/"):
            found = f", which are {' and '.join(file.name for file in files)}" if files else ""
            raise ValueError(
                f"entry must be one module of {folder} without its ending ({', '.join(ENTRIES)}), "
                f"got {entry!r}{found}: write 'handlers/ship' for its handlers/ship.ts (at {at})"
            )
        try:
            self.bundle = service.bundle(files[0])
        except (ValueError, RuntimeError) as error:
            raise type(error)(f"{error} (at {at})") from error
        self.service, self.entry = service, entry
        super().__init__(
            scope,
            id_,
            service=service,
            module=f"{service.name}.{entry.replace('/', '.')}",
            runtime=lambda_.Runtime.NODEJS_24_X,
            architecture=lambda_.Architecture.ARM_64,
            handler="index.handler",
            code=asset(self.bundle),
            layers=layers,
            environment={"NODE_OPTIONS": SHOWS_SOURCES, **(environment or {})},
            timeout=timeout,
            memory_size=memory_size,
            reserved_concurrent_executions=reserved_concurrent_executions,
            tracing=tracing,
            on_failure=on_failure,
            retry_attempts=retry_attempts,
            options=options,
        )

    def names(self, variable: str) -> bool:
        """Tell whether its bundle names a variable."""
        with zipfile.ZipFile(self.bundle) as archive:
            return variable.encode() in archive.read(BUNDLE)
