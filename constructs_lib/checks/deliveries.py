"""Who is configured to send, write or invoke what: read from the properties of resources.

`ROUTES` says for each property that names a target who asks there, and as whom: one of AWS's
services, which the target's own policy must let in, or a role. A property that names a target and
is not in it is reported by the check, unless `walk.NO_DELIVERY` says why nobody asks there.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from constructs_lib.checks.assembly import Assembly, Resource

ROLE_KEYS = ("RoleArn", "RoleARN", "IAMRoleARN", "SubscriptionRoleArn", "CredentialsArn")
WRITES = {
    "events": ("events:PutEvents",),
    "firehose": ("firehose:PutRecord",),
    "kinesis": ("kinesis:PutRecord",),
    "lambda": ("lambda:InvokeFunction",),
    "logs": ("logs:CreateLogStream", "logs:PutLogEvents"),
    "s3": ("s3:PutObject",),
    "sns": ("sns:Publish",),
    "sqs": ("sqs:SendMessage",),
    "states": ("states:StartExecution",),
}
READS = {
    "dynamodb": ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
    "kinesis": ("kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator"),
    "s3": ("s3:GetObject",),
    "sqs": ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
}


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One sender and its target.

    :param where: the property that names the target.
    :param target: the target's ARN.
    :param service: the service that asks, or that takes the role on.
    :param role: the ARN of the role in whose name it asks; "" if in the service's own.
    :param source: what the service says of itself as `aws:SourceArn`.
    :param actions: what it asks for.
    :param reads: whether it takes something out of the target.
    """

    sender: Resource
    where: str
    target: str
    service: str
    role: str
    source: str
    actions: tuple[str, ...]
    reads: bool = False

    def __str__(self) -> str:
        """Say who sends where."""
        return f"{self.sender.stack.name}/{self.sender.id} {self.where} → {self.target}"


@dataclass(frozen=True, kw_only=True)
class Use:
    """A property that names a target.

    :param parents: the objects that the value is in, outermost first.
    """

    assembly: Assembly
    resource: Resource
    path: str
    value: str
    parents: tuple[Mapping[str, Any], ...]

    @property
    def target(self) -> str:
        """The target's ARN, also where the property has its name, its URL or a path with it."""
        text = self.value
        if ":lambda:path/" in text:  # how API Gateway writes what it invokes
            text = text.partition("/functions/")[2].removesuffix("/invocations")
        found = self.assembly.find(text) or self.assembly.find(text.partition(".s3.")[0])
        return text if text.startswith("arn:") or found is None else found.arn

    def nearest(self, *keys: str) -> str:
        """Return what the innermost object around it says under one of some keys, or nothing."""
        values = (
            str(parent[key]) for parent in reversed(self.parents) for key in keys if key in parent
        )
        return next(values, "")


Route = Callable[[Use], Iterator[Delivery]]


def delivery(
    use: Use, *, service: str, role: str = "", source: str = "", reads: bool = False
) -> Delivery:
    """Return the delivery of a use, with the actions that its target knows."""
    kind = use.target.split(":")[2] if use.target.count(":") >= 5 else "?"
    known = READS if reads else WRITES
    return Delivery(
        sender=use.resource,
        where=use.path,
        target=use.target,
        service=service,
        role=role,
        source=source or use.resource.arn,
        actions=known.get(kind, (f"{kind}:?",)),
        reads=reads,
    )


def as_service(service: str, **by_target: str) -> Route:
    """Return the route of a service that asks in its own name.

    :param by_target: its name where it asks a target of some kind.
    """

    def route(use: Use) -> Iterator[Delivery]:
        kind = use.target.split(":")[2] if use.target.startswith("arn:") else ""
        yield delivery(use, service=by_target.get(kind, service))

    return route


def as_role(service: str, *, reads: bool = False, or_itself: bool = False) -> Route:
    """Return the route of a service that takes on the role which the template names beside it.

    :param or_itself: whether it asks in its own name where there is no role.
    """

    def route(use: Use) -> Iterator[Delivery]:
        role = use.nearest(*ROLE_KEYS)
        if role or not or_itself:
            yield delivery(use, service=service, role=role or "no role", reads=reads)
        else:
            yield delivery(use, service=service, reads=reads)

    return route


def as_function(*, reads: bool = False) -> Route:
    """Return the route of Lambda, which asks as the function's role."""

    def route(use: Use) -> Iterator[Delivery]:
        named = use.resource.properties.get("FunctionName", use.resource.name)
        function = use.assembly.find(str(named))
        while (
            function is not None
            and "FunctionName" in function.properties
            and "Role" not in function.properties
        ):
            function = use.assembly.find(str(function.properties["FunctionName"]))
        if function is not None:
            role = str(function.properties.get("Role", "no role"))
            yield delivery(
                use, service="lambda.amazonaws.com", role=role, source=function.arn, reads=reads
            )

    return route


def from_schedule(use: Use) -> Iterator[Delivery]:
    """Let Scheduler take on a role; it says which group of schedules it does so for."""
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    stack, group = use.resource.stack, use.resource.properties.get("GroupName", "default")
    source = f"arn:aws:scheduler:{stack.region}:{stack.account}:schedule-group/{group}"
    role = use.nearest(*ROLE_KEYS) or "no role"
    yield delivery(use, service="scheduler.amazonaws.com", role=role, source=source)


def from_topic(use: Use) -> Iterator[Delivery]:
    """Let a topic hand messages over, or bury them."""
    topic = str(use.resource.properties.get("TopicArn", use.resource.arn))
    if use.target.startswith("arn:"):
        role = use.nearest("SubscriptionRoleArn") if ":firehose:" in use.target else ""
        yield delivery(use, service="sns.amazonaws.com", role=role, source=topic)


def from_bucket(use: Use) -> Iterator[Delivery]:
    """Let a bucket tell; the CDK's custom resource names the bucket, CloudFormation's is it."""
    bucket = use.assembly.find(str(use.resource.properties.get("BucketName", "")))
    source = bucket.arn if bucket else use.resource.arn
    yield delivery(use, service="s3.amazonaws.com", source=source)


def from_log_group(use: Use) -> Iterator[Delivery]:
    """Let a log group hand its lines over."""
    group = use.assembly.find(str(use.resource.properties.get("LogGroupName", "")))
    source = f"{group.arn if group else use.resource.arn}:*"
    yield delivery(use, service="logs.amazonaws.com", role=use.nearest("RoleArn"), source=source)


def from_distribution(use: Use) -> Iterator[Delivery]:
    """Let CloudFront read a bucket in its own name (origin access control)."""
    yield delivery(use, service="cloudfront.amazonaws.com", reads=True)


def from_routes(use: Use) -> Iterator[Delivery]:
    """Let an API invoke the function of an integration, route by route."""
    api = use.assembly.find(str(use.resource.properties["ApiId"]))
    role = str(use.resource.properties.get("CredentialsArn", ""))
    for route in use.assembly.of_type("AWS::ApiGatewayV2::Route"):
        if route.properties.get("Target") == f"integrations/{use.resource.name}" and api:
            verb, _, path = str(route.properties["RouteKey"]).partition(" ")
            source = f"{api.arn}/stage/{verb}{path}"
            yield delivery(use, service="apigateway.amazonaws.com", role=role, source=source)


def from_authorizer(use: Use) -> Iterator[Delivery]:
    """Let an API ask a function who may come in."""
    api = use.assembly.find(str(use.resource.properties["ApiId"]))
    role = str(use.resource.properties.get("AuthorizerCredentialsArn", ""))
    source = f"{api.arn if api else ''}/authorizers/{use.resource.name}"
    yield delivery(use, service="apigateway.amazonaws.com", role=role, source=source)


EVENTS, PIPES = "events.amazonaws.com", "pipes.amazonaws.com"
ALARM = as_service(
    "cloudwatch.amazonaws.com", **{"lambda": "lambda.alarms.cloudwatch.amazonaws.com"}
)
SES = as_service("ses.amazonaws.com")
COGNITO = as_service("cognito-idp.amazonaws.com")
FIREHOSE = as_role("firehose.amazonaws.com")

ROUTES: dict[str, Route] = {
    "AWS::ApiGatewayV2::Authorizer AuthorizerUri": from_authorizer,
    "AWS::ApiGatewayV2::Integration IntegrationUri": from_routes,
    "AWS::CloudFront::Distribution DistributionConfig.Origins.DomainName": from_distribution,
    "AWS::CloudWatch::Alarm AlarmActions": ALARM,
    "AWS::CloudWatch::Alarm InsufficientDataActions": ALARM,
    "AWS::CloudWatch::Alarm OKActions": ALARM,
    "AWS::CloudWatch::CompositeAlarm AlarmActions": ALARM,
    "AWS::CloudWatch::CompositeAlarm InsufficientDataActions": ALARM,
    "AWS::CloudWatch::CompositeAlarm OKActions": ALARM,
    "AWS::Cognito::UserPool LambdaConfig": COGNITO,
    "AWS::Events::Rule Targets.Arn": as_role(EVENTS, or_itself=True),
    "AWS::Events::Rule Targets.DeadLetterConfig.Arn": as_service(EVENTS),
    "AWS::Events::EventBus DeadLetterConfig.Arn": as_service(EVENTS),
    "AWS::KinesisFirehose::DeliveryStream": FIREHOSE,
    "AWS::Lambda::EventInvokeConfig DestinationConfig": as_function(),
    "AWS::Lambda::EventSourceMapping DestinationConfig": as_function(),
    "AWS::Lambda::EventSourceMapping EventSourceArn": as_function(reads=True),
    "AWS::Lambda::Function DeadLetterConfig.TargetArn": as_function(),
    "AWS::Lambda::Function LoggingConfig.LogGroup": as_function(),
    "AWS::Logs::SubscriptionFilter DestinationArn": from_log_group,
    "AWS::Pipes::Pipe Enrichment": as_role(PIPES),
    "AWS::Pipes::Pipe LogConfiguration": as_role(PIPES),
    "AWS::Pipes::Pipe Source": as_role(PIPES, reads=True),
    "AWS::Pipes::Pipe SourceParameters": as_role(PIPES),
    "AWS::Pipes::Pipe Target": as_role(PIPES),
    "AWS::S3::Bucket InventoryConfigurations.Destination": from_bucket,
    "AWS::S3::Bucket LoggingConfiguration.DestinationBucketName": as_service(
        "logging.s3.amazonaws.com"
    ),
    "AWS::S3::Bucket NotificationConfiguration": from_bucket,
    "Custom::S3BucketNotifications NotificationConfiguration": from_bucket,
    "AWS::SES::ConfigurationSetEventDestination EventDestination": as_role(
        "ses.amazonaws.com", or_itself=True
    ),
    "AWS::SES::ReceiptRule Rule.Actions": as_role("ses.amazonaws.com", or_itself=True),
    "AWS::SNS::Subscription Endpoint": from_topic,
    "AWS::SNS::Subscription RedrivePolicy": from_topic,
    "AWS::SNS::Topic Subscription": from_topic,
    "AWS::Scheduler::Schedule Target.Arn": from_schedule,
    "AWS::Scheduler::Schedule Target.DeadLetterConfig.Arn": from_schedule,
}
"""By type and property; a longer property is asked for first. Sources: the guide of each service,
"Using resource-based policies", "Execution role", "Dead-letter queues"."""
