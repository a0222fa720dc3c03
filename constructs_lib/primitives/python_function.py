"""A Lambda function in Python that says what it does, may do little, and gives up in time."""

from collections.abc import Mapping, Sequence
from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs_lib.acknowledge import acknowledge, acknowledge_no_resources
from constructs_lib.primitives.build_target import LAMBDA_PYTHON
from constructs_lib.primitives.import_graph import defines
from constructs_lib.primitives.python_service import PythonService

TEN_SECONDS = Duration.seconds(10)
FIVE_MINUTES = Duration.minutes(5)
ONE_HOUR = Duration.hours(1)
LONGEST_EVENT_AGE = Duration.hours(6)
LONGEST_TIMEOUT_SECONDS = 15 * 60
COUNTED = "Blockwork"
RUNTIME = lambda_.Runtime(
    f"python{LAMBDA_PYTHON}", lambda_.RuntimeFamily.PYTHON, supports_inline_code=True
)
ARM_64 = lambda_.Architecture.ARM_64
LAMBDA = iam.ServicePrincipal("lambda.amazonaws.com")


class PythonFunction(lambda_.Function):
    """A function on arm64: JSON logs that expire, tracing, a role of its own, bounded retries.

    Its role may write its own log and its traces, and nothing else until a `grant_…` says so::

        place_order = PythonFunction(
            self, "PlaceOrder", service=orders, entry="handlers.place_order",
            environment={"ORDERS_TABLE": table.table_name},
        )
        table.grant_attributes(place_order, "dynamodb:PutItem", attributes=["total"])

    :param service: whose code this is, see :class:`PythonService`.
    :param entry: the module inside the service's package; its `handler` is called.
    :param environment: what the entry point reads. Default: nothing.
    :param timeout: how long one invocation may take. Default: 10 seconds.
    :param memory_size: in MiB; processor time grows with it. Default: 512.
    :param layers: further layers, see :meth:`PythonService.layer`. Default: none.
    :param reserved_concurrent_executions: how many invocations may run at once, which are then kept
        free for it. Default: as many as the account has left.
    :param tracing: whether X-Ray follows an invocation. Lambda traces the first request of each
        second and 5 % of the others, which cannot be changed (AWS Lambda, X-Ray); a busy public
        route follows its caller's choice more cheaply with `PASS_THROUGH`. Default: active.
    :param on_failure: where an asynchronous invocation ends that failed for the last time.
        Default: nowhere, which is right only for functions that are invoked synchronously.
    :param retry_attempts: how often a failed asynchronous invocation is tried again, 0 to 2.
        Default: 2, the Lambda maximum.
    :raises ValueError: if `entry` is no module of the service, or a number is out of Lambda's
        bounds.
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
        tracing: lambda_.Tracing = lambda_.Tracing.ACTIVE,
        on_failure: lambda_.IDestination | None = None,
        retry_attempts: int = 2,
    ) -> None:
        module = service.source / service.name / f"{entry.replace('.', '/')}.py"
        if not module.is_file():
            raise ValueError(
                f"entry must be a module of {service.name}, got {entry!r} "
                f"(at {scope.node.path}/{id_})"
            )
        if not defines(module, "handler"):
            raise ValueError(
                f"entry must be a module with the name 'handler', which Lambda calls, got {module} "
                f"without (at {scope.node.path}/{id_})"
            )
        if not timeout.is_unresolved() and timeout.to_seconds() > LONGEST_TIMEOUT_SECONDS:
            raise ValueError(
                f"timeout must be at most 15 minutes, got {timeout.to_human_string()} "
                f"(at {scope.node.path}/{id_})"
            )
        _check_retry_attempts(retry_attempts, scope, id_)
        self.service = service
        self.module = f"{service.name}.{entry}"
        # The parts stand beside the function: an L2 has no children before it is built from them.
        log_group = logs.LogGroup(
            scope,
            f"{id_}Logs",
            retention=service.log_retention,
            removal_policy=service.log_removal_policy,
        )
        role = iam.Role(scope, f"{id_}Role", assumed_by=LAMBDA)
        log_group.grant(role, "logs:CreateLogStream", "logs:PutLogEvents")
        super().__init__(
            scope,
            id_,
            runtime=RUNTIME,
            architecture=ARM_64,
            handler=f"{self.module}.handler",
            code=service.code(entry),
            layers=[*service.layers(scope), *layers],
            reserved_concurrent_executions=reserved_concurrent_executions,
            role=role,
            environment={"POWERTOOLS_SERVICE_NAME": service.name, **(environment or {})},
            timeout=timeout,
            memory_size=memory_size,
            tracing=tracing,
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=service.log_level,
            system_log_level_v2=lambda_.SystemLogLevel.WARN,
            max_event_age=ONE_HOUR,
            retry_attempts=retry_attempts,
            on_failure=on_failure,
        )
        acknowledge_no_resources(role)
        acknowledge(
            role, **{"IAM5[Action::kms:GenerateDataKey*]": "how the CDK grants the use of one key"}
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
        _check_retry_attempts(retry_attempts, self)
        if not 60 <= max_event_age.to_seconds() <= LONGEST_EVENT_AGE.to_seconds():
            raise ValueError(
                "max_event_age must be between 1 minute and 6 hours, "
                f"got {max_event_age.to_human_string()} (at {self.node.path})"
            )
        config = cast(
            lambda_.CfnEventInvokeConfig,
            self.node.find_child("EventInvokeConfig").node.default_child,
        )
        bound = destination.bind(self, self, type=lambda_.DestinationType.FAILURE)
        config.destination_config = lambda_.CfnEventInvokeConfig.DestinationConfigProperty(
            on_failure=lambda_.CfnEventInvokeConfig.OnFailureProperty(destination=bound.destination)
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


def _check_retry_attempts(retry_attempts: int, scope: Construct, *id_: str) -> None:
    if not 0 <= retry_attempts <= 2:
        at = "/".join((scope.node.path, *id_))
        raise ValueError(f"retry_attempts must be between 0 and 2, got {retry_attempts} (at {at})")
