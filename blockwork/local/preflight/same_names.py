"""Resources of the same name: on one account and region there can only be one of them."""

from collections.abc import Iterator, Mapping

from blockwork.local.assembly import Stack
from blockwork.local.template_values import TemplateValues

NAMED_BY = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Events::EventBus": "Name",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Kinesis::Stream": "Name",
    "AWS::KinesisFirehose::DeliveryStream": "DeliveryStreamName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SSM::Parameter": "Name",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}
"""The property that names a resource of a type, where its name is its own in account and region."""
OF_ALL_REGIONS, OF_ALL_ACCOUNTS = "AWS::IAM::", "AWS::S3::"


def same_names(
    stacks: list[Stack], parameters: Mapping[str, str]
) -> Iterator[tuple[Stack, str, str, str]]:
    """Yield stack, logical id, type and reason of each resource whose name another one has.

    :param parameters: what is given to CloudFormation, by `Stack:Name` or `Name`.
    """
    taken: dict[tuple[str, ...], str] = {}
    for stack in stacks:
        values = TemplateValues(stack, parameters)
        for id_, resource in stack.resources.items():
            type_ = resource["Type"]
            name = values.text((resource.get("Properties") or {}).get(NAMED_BY.get(type_, "")))
            if not name or values.is_made(resource) is not True:
                continue
            account, region = stack.environment.account, stack.environment.region
            place = f"the account {account} in {region}"
            key: tuple[str, ...] = (type_, name, account, region)
            if type_.startswith(OF_ALL_REGIONS):
                key, place = (type_, name, account), f"the account {account}"
            elif type_.startswith(OF_ALL_ACCOUNTS):
                key, place = (type_, name), "all accounts"
            if (other := taken.setdefault(key, f"{stack.name}: {id_}")) != f"{stack.name}: {id_}":
                yield stack, id_, type_, _why(name, other, place)


def _why(name: str, other: str, place: str) -> str:
    return (
        f'its name "{name}" is taken by {other} in {place}; leave names to CloudFormation, or give'
        " one of the two stacks another account or region (env)"
    )
