"""What the functions of a service have in common, whatever language they are written in."""

from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs_lib.acknowledge import acknowledge, acknowledge_no_resources
from constructs_lib.asked_once import made_in, path_of
from constructs_lib.defaults import Defaults
from constructs_lib.interfaces import Function, Role, ServicePrincipal
from constructs_lib.primitives.function_options import FunctionOptions
from constructs_lib.primitives.l2_options import (
    refuse_outside,
    refuse_time_outside,
    whole_seconds_of,
)
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


class Service(Protocol):
    """Whose function it is, and how its functions log."""

    @property
    def name(self) -> str:
        """Return the service's name."""
        ...

    @property
    def log_level(self) -> lambda_.ApplicationLogLevel:
        """Return the least severe level that is logged."""
        ...

    @property
    def log_retention(self) -> logs.RetentionDays | None:
        """Return how long logs are kept."""
        ...

    @property
    def log_removal_policy(self) -> RemovalPolicy | None:
        """Return what becomes of the logs when a function is removed."""
        ...


class ServiceFunction(Function):
    """A function with JSON logs that expire, tracing, a role of its own and bounded retries.

    What :class:`PythonFunction` and :class:`NodeFunction` promise, which say what else they take.

    :param module: what is called in it, by which a table of events that are done knows it.
    :raises ValueError: if a number is not one that Lambda takes.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        service: Service,
        module: str,
        runtime: lambda_.Runtime,
        architecture: lambda_.Architecture,
        handler: str,
        code: lambda_.Code,
        layers: Sequence[lambda_.ILayerVersion],
        environment: Mapping[str, str],
        timeout: Duration,
        memory_size: int,
        reserved_concurrent_executions: int | None,
        tracing: lambda_.Tracing | None,
        on_failure: lambda_.IDestination | None,
        retry_attempts: int,
        options: FunctionOptions,
    ) -> None:
        at = f"{path_of(scope)}/{id_}"
        self.module = module
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
            runtime=runtime,
            architecture=architecture,
            handler=handler,
            code=code,
            layers=list(layers),
            reserved_concurrent_executions=reserved_concurrent_executions,
            environment={"POWERTOOLS_SERVICE_NAME": service.name, **environment},
            timeout=timeout,
            memory_size=memory_size,
            tracing=tracing or defaults.find("tracing") or lambda_.Tracing.ACTIVE,
            logging_format=lambda_.LoggingFormat.JSON,
            retry_attempts=retry_attempts,
            on_failure=on_failure,
            **settings,
        )
        has_been_told(self, environment)
        made_in(scope, id_, self)
        if "role" not in options:
            made_in(scope, f"{id_}Role", role)
            joins = LETS_JOIN_VPC if "vpc" in options else ()
            acknowledge_no_resources(role, *joins, why=f"{XRAY}; {INTERFACES}" if joins else XRAY)
            acknowledge(
                role,
                **{"IAM5[Action::kms:GenerateDataKey*]": "how the CDK grants the use of one key"},
            )

    def names(self, variable: str) -> bool:
        """Tell whether the code that is bundled for it may name a variable of the environment."""
        raise NotImplementedError

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
        refuse_outside("retry_attempts", retry_attempts, 0, 2, "", path_of(self))
        refuse_time_outside("max_event_age", max_event_age, 60, LONGEST_EVENT_AGE, path_of(self))
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
        config.maximum_event_age_in_seconds = whole_seconds_of(max_event_age)

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
