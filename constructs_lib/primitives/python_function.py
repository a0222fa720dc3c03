"""A Lambda function in Python that says what it does, may do little, and gives up in time."""

from collections.abc import Mapping, Sequence
from typing import Unpack

from aws_cdk import Annotations, Duration, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from constructs_lib.asked_once import path_of
from constructs_lib.import_graph import defines
from constructs_lib.primitives.function_options import REFUSED, FunctionOptions
from constructs_lib.primitives.l2_options import refuse_options
from constructs_lib.primitives.python_service import PackagesLayer, PythonService
from constructs_lib.primitives.service_function import TEN_SECONDS, ServiceFunction


class PythonFunction(ServiceFunction):
    """A function with JSON logs that expire, tracing, a role of its own and bounded retries.

    It runs on the Python and the processor that its service is built for. Its role may write its
    own log and its traces, and nothing else until a `let_…` or `grant_…` says so::

        place_order = PythonFunction(
            self, "PlaceOrder", service=orders, entry="handlers.place_order"
        )
        table.let_use(
            place_order, "dynamodb:PutItem", variable="ORDERS_TABLE", attributes=["total"]
        )

    :param service: whose code this is, see :class:`PythonService`.
    :param entry: the module inside the service's package; its `handler` is called.
    :param environment: what the entry point reads. Default: nothing.
    :param timeout: how long one invocation may take, 1 second to 15 minutes. Default: 10 seconds.
    :param memory_size: in MiB, 128 to 10,240; processor time grows with it. Default: 512.
    :param layers: further layers, see :meth:`PythonService.layer`. Default: none.
    :param reserved_concurrent_executions: how many invocations may run at once, which are then kept
        free for it. Default: as many as the account has left.
    :param tracing: whether X-Ray follows an invocation. Lambda traces the first request of each
        second and 5 % of the others, which cannot be changed (AWS Lambda, X-Ray); a busy public
        route follows its caller's choice more cheaply with `PASS_THROUGH`. Default: that of
        :class:`Defaults`, else active.
    :param on_failure: where an asynchronous invocation ends that failed for the last time.
        Default: nowhere, which is right only for functions that are invoked synchronously.
    :param retry_attempts: how often a failed asynchronous invocation is tried again, 0 to 2.
        Default: 2, the Lambda maximum.
    :param options: any other of `aws_lambda.Function`, see :class:`FunctionOptions`, such as `vpc`
        or `description`. Default: a role and a log group of its own, `max_event_age` one hour, the
        service's log level, of Lambda's own lines warnings only. A `role` that is given also gets
        what Lambda needs of it, if it can be changed.
    :raises ValueError: if `entry` is no module of the service, a layer was built for something
        else, a number is out of Lambda's bounds (AWS Lambda, quotas), or an option contradicts
        what a function promises.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        service: PythonService,
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
        refuse_options(options, REFUSED, at)
        module = service.source / service.name / f"{entry.replace('.', '/')}.py"
        if not module.is_file() or not all(part.isidentifier() for part in entry.split(".")):
            raise ValueError(
                f"entry must be a module of {service.name}, got {entry!r}: write "
                f"'handlers.place_order' for its handlers/place_order.py "
                f"(at {at})"
            )
        if not defines(module, "handler"):
            raise ValueError(
                f"entry must be a module with the name 'handler', which Lambda calls, got {module} "
                f"without (at {at})"
            )
        for layer in layers:
            if isinstance(layer, PackagesLayer) and layer.target != service.target:
                raise ValueError(
                    f"layers must be built for {service.target.key} as {service.name} is, "
                    f"got {layer.node.path} for {layer.target.key} (at {path_of(scope)}/{id_})"
                )
        all_layers = [*service.layers(scope), *layers]
        service.refuse_missing_packages(entry, all_layers, at)
        self.service, self.entry = service, entry
        super().__init__(
            scope,
            id_,
            service=service,
            module=f"{service.name}.{entry}",
            runtime=service.target.runtime,
            architecture=service.target.architecture,
            handler=f"{service.name}.{entry}.handler",
            code=service.code(entry),
            layers=all_layers,
            environment=environment or {},
            timeout=timeout,
            memory_size=memory_size,
            reserved_concurrent_executions=reserved_concurrent_executions,
            tracing=tracing,
            on_failure=on_failure,
            retry_attempts=retry_attempts,
            options=options,
        )
        if service.target.platform is None:
            Annotations.of(Stack.of(self)).add_warning_v2(
                "blockwork:this-machine",
                "built for this machine, which an emulator runs and Lambda does not: where that is "
                "meant, `Annotations.of(stack).acknowledge_warning('blockwork:this-machine', why)`",
            )

    def names(self, variable: str) -> bool:
        """Tell whether its code names a variable, or imports by names made at run time."""
        files = self.service.modules(self.entry)
        return files is None or any(variable in file.read_text("utf-8") for file in files.values())
