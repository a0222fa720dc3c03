"""A Lambda function in Python that says what it does, may do little, and gives up in time."""

from collections.abc import Mapping, Sequence
from typing import Unpack, cast

from aws_cdk import Annotations, Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs_lib.acknowledge import acknowledge, acknowledge_no_resources
from constructs_lib.defaults import Defaults
from constructs_lib.interfaces import Function, Role, ServicePrincipal
from constructs_lib.primitives.function_options import REFUSED, FunctionOptions
from constructs_lib.primitives.import_graph import defines
from constructs_lib.primitives.l2_options import refuse_options, refuse_outside, refuse_time_outside
from constructs_lib.primitives.python_service import PackagesLayer, PythonService
from constructs_lib.telling import has_been_told

TEN_SECONDS = Duration.seconds(10)
FIVE_MINUTES = Duration.minutes(5)
ONE_HOUR = Duration.hours(1)
LONGEST_EVENT_AGE = 6 * 3600
LONGEST_TIMEOUT = 15 * 60
COUNTED = "Blockwork"
LAMBDA = ServicePrincipal("lambda.amazonaws.com")
XRAY = "xray:PutTraceSegments knows no resources (AWS X-Ray, IAM)"
INTERFACES = "network interfaces are known once Lambda has made them (AWS Lambda, VPC)"
LETS_JOIN_VPC = (
    *("ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"),
    *("ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses"),
    "ec2:UnassignPrivateIpAddresses",
)
"""What AWS's policy `AWSLambdaVPCAccessExecutionRole` allows beside logs."""


class PythonFunction(Function):
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
        at = f"{scope.node.path}/{id_}"
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
        settings: FunctionOptions = {
            "application_log_level_v2": service.log_level,
            "system_log_level_v2": lambda_.SystemLogLevel.WARN,
            "max_event_age": ONE_HOUR,
            **options,
        }
        refuse_outside("memory_size", memory_size, 128, 10_240, "MiB", at)
        refuse_time_outside("timeout", timeout, 1, LONGEST_TIMEOUT, at)
        refuse_time_outside("max_event_age", settings["max_event_age"], 60, LONGEST_EVENT_AGE, at)
        storage = settings.get("ephemeral_storage_size")
        if storage and not storage.is_unresolved():
            refuse_outside("ephemeral_storage_size", storage.to_mebibytes(), 512, 10_240, "MiB", at)
        reserved = reserved_concurrent_executions
        refuse_outside("reserved_concurrent_executions", reserved, 0, None, "", at)
        refuse_outside("retry_attempts", retry_attempts, 0, 2, "", at)
        for layer in layers:
            if isinstance(layer, PackagesLayer) and layer.target != service.target:
                raise ValueError(
                    f"layers must be built for {service.target.key} as {service.name} is, "
                    f"got {layer.node.path} for {layer.target.key} (at {scope.node.path}/{id_})"
                )
        all_layers = [*service.layers(scope), *layers]
        service.refuse_missing_packages(entry, all_layers, at)
        self.service, self.entry = service, entry
        self.module = f"{service.name}.{entry}"
        defaults = Defaults.of(scope)
        # The parts stand beside the function: an L2 has no children before it is built from them.
        log_group = options.get("log_group") or logs.LogGroup(
            scope,
            f"{id_}Logs",
            retention=defaults.log_retention(service.log_retention),
            removal_policy=defaults.removal_policy(service.log_removal_policy),
        )
        role = options.get("role") or Role(scope, f"{id_}Role", assumed_by=LAMBDA)
        log_group.grant(role, "logs:CreateLogStream", "logs:PutLogEvents")
        if "vpc" in options:
            role.add_to_principal_policy(
                iam.PolicyStatement(actions=list(LETS_JOIN_VPC), resources=["*"])
            )
        if key := options.get("environment_encryption"):
            key.grant_decrypt(role)
        settings |= {"role": role, "log_group": log_group}
        super().__init__(
            scope,
            id_,
            runtime=service.target.runtime,
            architecture=service.target.architecture,
            handler=f"{self.module}.handler",
            code=service.code(entry),
            layers=all_layers,
            reserved_concurrent_executions=reserved_concurrent_executions,
            environment={"POWERTOOLS_SERVICE_NAME": service.name, **(environment or {})},
            timeout=timeout,
            memory_size=memory_size,
            tracing=tracing or defaults.find("tracing") or lambda_.Tracing.ACTIVE,
            logging_format=lambda_.LoggingFormat.JSON,
            retry_attempts=retry_attempts,
            on_failure=on_failure,
            **settings,
        )
        has_been_told(self, environment or {})
        if service.target.platform is None:
            Annotations.of(Stack.of(self)).add_warning_v2(
                "blockwork:this-machine",
                "built for this machine, which an emulator runs and Lambda does not: where that is "
                "meant, `Annotations.of(stack).acknowledge_warning('blockwork:this-machine', why)`",
            )
        if "role" not in options:
            joins = LETS_JOIN_VPC if "vpc" in options else ()
            acknowledge_no_resources(role, *joins, why=f"{XRAY}; {INTERFACES}" if joins else XRAY)
            acknowledge(
                role,
                **{"IAM5[Action::kms:GenerateDataKey*]": "how the CDK grants the use of one key"},
            )

    def send_failures_to(
        self,
        destination: lambda_.IDestination,
        *,
        retry_attempts: int = 2,
        max_event_age: Duration = ONE_HOUR,
    ) -> None:
        """Say where an asynchronous invocation ends that failed for the last time.

        What consumes for this function calls it; it replaces what the constructor was told.

        :param retry_attempts: 0 to 2, see the constructor.
        :param max_event_age: how long an event may wait for its invocation, 1 minute to 6 hours.
        :raises ValueError: if a number is out of Lambda's bounds.
        """
        refuse_outside("retry_attempts", retry_attempts, 0, 2, "", self.node.path)
        refuse_time_outside("max_event_age", max_event_age, 60, LONGEST_EVENT_AGE, self.node.path)
        config = cast(
            lambda_.CfnEventInvokeConfig,
            self.node.find_child("EventInvokeConfig").node.default_child,
        )
        bound = destination.bind(self, self, type=lambda_.DestinationType.FAILURE)
        # An override leaves what was said of successes.
        config.add_property_override(
            "DestinationConfig.OnFailure", {"Destination": bound.destination}
        )
        config.maximum_retry_attempts = retry_attempts
        config.maximum_event_age_in_seconds = max_event_age.to_seconds()

    def metric_counted(self, name: str) -> cloudwatch.Metric:
        """Return how often the function has counted something, as a sum.

        It writes that into its log, in CloudWatch's embedded metric format, with the namespace
        `COUNTED` and its own name as the only dimension, `FunctionName`.

        :param name: what it counts.
        """
        return cloudwatch.Metric(
            namespace=COUNTED,
            metric_name=name,
            dimensions_map={"FunctionName": self.function_name},
            statistic="Sum",
            period=FIVE_MINUTES,
        )
