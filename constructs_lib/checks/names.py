"""How AWS names what is made: the ARN of a resource, and what `Ref` and `Fn::GetAtt` give."""

from collections.abc import Mapping
from typing import Any

ARNS = {
    "AWS::ApiGateway::RestApi": "execute-api:{region}:{account}:{name}",
    "AWS::ApiGatewayV2::Api": "execute-api:{region}:{account}:{name}",
    "AWS::CloudFront::Distribution": "cloudfront::{account}:distribution/{name}",
    "AWS::CloudWatch::Alarm": "cloudwatch:{region}:{account}:alarm:{name}",
    "AWS::CloudWatch::CompositeAlarm": "cloudwatch:{region}:{account}:alarm:{name}",
    "AWS::Cognito::UserPool": "cognito-idp:{region}:{account}:userpool/{name}",
    "AWS::DynamoDB::GlobalTable": "dynamodb:{region}:{account}:table/{name}",
    "AWS::DynamoDB::Table": "dynamodb:{region}:{account}:table/{name}",
    "AWS::Events::EventBus": "events:{region}:{account}:event-bus/{name}",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::KMS::Key": "kms:{region}:{account}:key/{name}",
    "AWS::Kinesis::Stream": "kinesis:{region}:{account}:stream/{name}",
    "AWS::KinesisFirehose::DeliveryStream": "firehose:{region}:{account}:deliverystream/{name}",
    "AWS::Lambda::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{name}",
    "AWS::Pipes::Pipe": "pipes:{region}:{account}:pipe/{name}",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::SES::ConfigurationSet": "ses:{region}:{account}:configuration-set/{name}",
    "AWS::SNS::Topic": "sns:{region}:{account}:{name}",
    "AWS::SQS::Queue": "sqs:{region}:{account}:{name}",
    "AWS::Scheduler::Schedule": "scheduler:{region}:{account}:schedule/default/{name}",
    "AWS::StepFunctions::StateMachine": "states:{region}:{account}:stateMachine:{name}",
}
"""Service Authorization Reference, "Resource types defined by …" of each service."""
REF_IS_ARN = {
    "AWS::CertificateManager::Certificate",
    "AWS::IAM::ManagedPolicy",
    "AWS::Lambda::Alias",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Version",
    "AWS::SNS::Topic",
    "AWS::SecretsManager::Secret",
    "AWS::StepFunctions::StateMachine",
}


def name_of(stack: str, id_: str, type_: str, properties: Mapping[str, Any]) -> str:
    """Return a resource's own name, or one that nothing else has."""
    kind = type_.rsplit("::", 1)[-1]
    given = properties.get(f"{kind}Name", properties.get("Name"))
    return given if isinstance(given, str) else f"{stack}-{id_}"


def arn_of(
    type_: str, name: str, properties: Mapping[str, Any], *, region: str, account: str
) -> str:
    """Return a resource's ARN."""
    if type_ in ("AWS::Lambda::Alias", "AWS::Lambda::Version"):
        function = str(properties["FunctionName"])
        if not function.startswith("arn:"):
            function = f"arn:aws:lambda:{region}:{account}:function:{function}"
        return f"{function}:{name}"
    if type_ == "AWS::Events::Rule":
        bus = str(properties.get("EventBusName", "default")).rsplit("/", 1)[-1]
        path = name if bus == "default" else f"{bus}/{name}"
        return f"arn:aws:events:{region}:{account}:rule/{path}"
    service, _, kind = type_.partition("::")[2].lower().partition("::")
    pattern = ARNS.get(type_, f"{service}:{{region}}:{{account}}:{kind}/{{name}}")
    return "arn:aws:" + pattern.format(region=region, account=account, name=name)


def reference_to(type_: str, name: str, arn: str, region: str, account: str) -> str:
    """Return what `Ref` gives."""
    if type_ in REF_IS_ARN:
        return arn
    if type_ == "AWS::SQS::Queue":
        return f"https://sqs.{region}.amazonaws.com/{account}/{name}"
    return name


def attribute_of(type_: str, name: str, arn: str, attribute: str, region: str) -> str:
    """Return what `Fn::GetAtt` gives; an attribute that is no name or ARN is text of its own."""
    match type_, attribute:
        case "AWS::Logs::LogGroup", "Arn":
            return f"{arn}:*"
        case _, "StreamArn":
            return f"{arn}/stream/latest"
        case "AWS::S3::Bucket", "DomainName":
            return f"{name}.s3.amazonaws.com"
        case "AWS::S3::Bucket", "RegionalDomainName":
            return f"{name}.s3.{region}.amazonaws.com"
        case _, "Arn" | "TopicArn":
            return arn
        case _, "QueueName" | "TopicName" | "Name" | "KeyId":
            return name
    return f"{name}.{attribute}"
