"""Find every property that names something which takes deliveries."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lib.checks.assembly import Assembly
from constructs_lib.checks.deliveries import ROUTES, Delivery, Use

TAKES_DELIVERIES = {
    "AWS::Events::EventBus",
    "AWS::Kinesis::Stream",
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Function",
    "AWS::Lambda::Version",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::StepFunctions::StateMachine",
}
NO_DELIVERY = {
    "* Tags": "names something for people",
    "AWS::ApiGateway::Stage AccessLogSetting": "the account's own role writes these",
    "AWS::ApiGatewayV2::Stage AccessLogSettings": "API Gateway writes the policy itself when "
    "the stage is made, with the rights of who deploys (HTTP API logging)",
    "AWS::CloudFormation::CustomResource": "CloudFormation invokes with the rights of who deploys",
    "AWS::CloudFront::Distribution DistributionConfig.Logging": "an ACL of the bucket lets it",
    "AWS::CloudWatch::Alarm Dimensions": "names what is measured",
    "AWS::CloudWatch::Alarm Metrics": "names what is measured",
    "AWS::CloudWatch::Dashboard": "shows what is measured",
    "AWS::Events::Archive SourceArn": "EventBridge archives by itself",
    "AWS::Events::EventBusPolicy": "is a policy",
    "AWS::Events::Rule EventBusName": "the rule is a part of the bus",
    "AWS::Events::Rule EventPattern": "names what is looked for",
    "AWS::IAM::ManagedPolicy": "is a policy",
    "AWS::IAM::Policy": "is a policy",
    "AWS::IAM::Role": "is a policy",
    "AWS::IAM::RolePolicy": "is a policy",
    "AWS::KMS::Key KeyPolicy": "is a policy",
    "AWS::Lambda::Alias FunctionName": "is a part of the function",
    "AWS::Lambda::EventInvokeConfig FunctionName": "is a part of the function",
    "AWS::Lambda::EventSourceMapping FunctionName": "Lambda invokes its own function",
    "AWS::Lambda::Function Environment": "what the code does, its role's tests show",
    "AWS::Lambda::Function Code": "who deploys reads the bucket",
    "AWS::Lambda::LayerVersion Content": "who deploys reads the bucket",
    "AWS::Lambda::Permission": "is a policy",
    "AWS::Lambda::Url TargetFunctionArn": "is a part of the function",
    "AWS::Lambda::Version FunctionName": "is a part of the function",
    "AWS::Logs::LogStream LogGroupName": "is a part of the group",
    "AWS::Logs::MetricFilter LogGroupName": "is a part of the group",
    "AWS::Logs::ResourcePolicy": "is a policy",
    "AWS::Logs::SubscriptionFilter LogGroupName": "is a part of the group",
    "AWS::S3::BucketPolicy": "is a policy",
    "AWS::SNS::Subscription TopicArn": "is a part of the topic",
    "AWS::SNS::TopicInlinePolicy": "is a policy",
    "AWS::SNS::TopicPolicy": "is a policy",
    "AWS::SQS::Queue RedriveAllowPolicy": "is a policy",
    "AWS::SQS::Queue RedrivePolicy": "SQS moves messages by itself, `check_queues` looks where to",
    "AWS::SQS::QueueInlinePolicy": "is a policy",
    "AWS::SQS::QueuePolicy": "is a policy",
    "AWS::StepFunctions::StateMachine DefinitionString": "what a state does, its role's tests show",
    "AWS::StepFunctions::StateMachine LoggingConfiguration": "`state-machines` looks at it",
    "AWS::SSM::Parameter": "names something for people",
    "Custom::*": "CloudFormation invokes with the rights of who deploys",
}
"""Why nobody asks at what a property names."""
ARN = re.compile(r"arn:aws[\w-]*:[\w-]+:[^\s\"'<>{}]*")


def deliveries_of(assembly: Assembly) -> list[Delivery]:
    """Return every delivery that is configured."""
    return [
        delivery
        for use in _uses(assembly)
        if (route := _look_up(ROUTES, use)) is not None
        for delivery in route(use)
    ]


def unknown_uses(assembly: Assembly, no_delivery: Mapping[str, str]) -> Iterator[str]:
    """Yield, in sentences, which properties name a target and are not known.

    :param no_delivery: what is known besides `NO_DELIVERY`, in the same form.
    """
    known = {**NO_DELIVERY, **no_delivery}
    for use in _uses(assembly):
        if _look_up(ROUTES, use) is None and _look_up(known, use) is None:
            yield (
                f"{use.resource} names {use.target} in {use.path}, and no check knows whether"
                " anything is delivered there: add the property to ROUTES in"
                " constructs_lib/checks/deliveries.py, or say why nothing is in `no_delivery`"
                f' ({{"{use.resource.type} {use.path}": "…"}})'
            )


def _uses(assembly: Assembly) -> Iterator[Use]:
    for resource in assembly.resources:
        for path, value, parents in _leaves(resource.properties, "", ()):
            if resource.type != "AWS::S3::Bucket" or value != resource.name:
                use = Use(
                    assembly=assembly, resource=resource, path=path, value=value, parents=parents
                )
                if _names_a_target(use):
                    yield use


def _names_a_target(use: Use) -> bool:
    named = [use.value, *ARN.findall(use.value), use.value.partition(".s3.")[0]]
    found = (use.assembly.find(text) for text in named)
    if any(f is not None and f is not use.resource and f.type in TAKES_DELIVERIES for f in found):
        return True
    # A target of another app or account is not in the assembly, but the role that goes there is.
    # A table's stream takes nothing, somebody takes from it.
    return use.value.startswith("arn:") and _look_up(ROUTES, use) is not None


def _look_up(table: Mapping[str, Any], use: Use) -> Any:  # noqa: ANN401 -- what the table holds
    """Return what a table says of a property: the longest beginning of its path decides."""
    parts = use.path.split(".")
    kinds = (use.resource.type, f"{use.resource.type.partition('::')[0]}::*", "*")
    for kind in kinds:
        for length in range(len(parts), -1, -1):
            found = table.get(" ".join((kind, ".".join(parts[:length]))).strip())
            if found is not None:
                return found
    return None


def _leaves(
    value: Any,  # noqa: ANN401 -- JSON
    path: str,
    parents: tuple[Mapping[str, Any], ...],
) -> Iterator[tuple[str, str, tuple[Mapping[str, Any], ...]]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}".lstrip("."), (*parents, value))
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, path, parents)
    elif isinstance(value, str):
        yield path, value, parents
