"""What the policies of an assembly allow: of targets, of their keys, of roles."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from constructs_lib.checks.assembly import Assembly, Resource
from constructs_lib.checks.deliveries import Delivery
from constructs_lib.checks.policies import Request, Statement, allows, as_list, denies, root

POLICIES = {
    "AWS::Events::EventBusPolicy": ("EventBusName", "Statement"),
    "AWS::S3::BucketPolicy": ("Bucket", "PolicyDocument"),
    "AWS::SNS::TopicInlinePolicy": ("TopicArn", "PolicyDocument"),
    "AWS::SNS::TopicPolicy": ("Topics", "PolicyDocument"),
    "AWS::SQS::QueueInlinePolicy": ("Queue", "PolicyDocument"),
    "AWS::SQS::QueuePolicy": ("Queues", "PolicyDocument"),
}
"""Of each resource that is a policy: what names the targets, and what holds the statements."""
KEYS = {
    "AWS::DynamoDB::GlobalTable": "SSESpecification.KMSMasterKeyId",
    "AWS::DynamoDB::Table": "SSESpecification.KMSMasterKeyId",
    "AWS::Events::EventBus": "KmsKeyIdentifier",
    "AWS::Kinesis::Stream": "StreamEncryption.KeyId",
    "AWS::KinesisFirehose::DeliveryStream": "DeliveryStreamEncryptionConfigurationInput.KeyARN",
    "AWS::S3::Bucket": "KMSMasterKeyID",
    "AWS::SNS::Topic": "KmsMasterKeyId",
    "AWS::SQS::Queue": "KmsMasterKeyId",
}
WRITES_WITH_A_KEY = ("kms:GenerateDataKey", "kms:Decrypt")
READS_WITH_A_KEY = ("kms:Decrypt",)
INSIDE = {
    "logs:CreateLogStream": ":log-stream:any",
    "logs:PutLogEvents": ":log-stream:any",
    "s3:GetObject": "/any",
    "s3:PutObject": "/any",
}
"""Actions that are asked of something inside the target."""
LOGS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
STREAMS = ("DescribeStream", "GetRecords", "GetShardIterator")
MANAGED = {
    "AWSLambdaBasicExecutionRole": LOGS,
    "AWSLambdaDynamoDBExecutionRole": (*LOGS, *(f"dynamodb:{name}" for name in STREAMS)),
    "AWSLambdaKinesisExecutionRole": (*LOGS, *(f"kinesis:{name}" for name in STREAMS)),
    "AWSLambdaSQSQueueExecutionRole": (
        *LOGS,
        *(f"sqs:{name}" for name in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")),
    ),
}
"""What the policies allow that AWS keeps for functions (AWS Lambda, execution role); of its other
ones nothing is known here."""


class Access:
    """Answers who may do what.

    :param assembly: whose policies.
    """

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self._of_resource: dict[str, list[Statement]] = defaultdict(list)
        self._of_role: dict[str, list[Statement]] = defaultdict(list)
        self._of_logs: list[tuple[str, str, Statement]] = []
        for resource in assembly.resources:
            self._read(resource)

    def missing(self, delivery: Delivery) -> Iterator[str]:
        """Yield what a delivery needs and is not allowed, in sentences."""
        target = self._assembly.find(delivery.target)
        if delivery.role:
            yield from self._missing_trust(delivery)
        for action in delivery.actions:
            if not self._may(delivery, action, delivery.target, target):
                yield self._say(delivery, action, str(target or delivery.target))
        key = _key_of(target) if target else ""
        if not key:
            return
        found = self._key(key)
        for action in READS_WITH_A_KEY if delivery.reads else WRITES_WITH_A_KEY:
            if found is None:
                if "alias/aws/" in key and not delivery.role:
                    yield (
                        f"{delivery}: the target is encrypted with {key}, a key of AWS, which lets"
                        f" {delivery.service} not use it: take a key of your own"
                    )
                    return
            elif not self._may(delivery, action, found.arn, found):
                yield self._say(delivery, action, f"the target's key {found}")

    def _may(self, delivery: Delivery, action: str, arn: str, target: Resource | None) -> bool:
        own = self._statements(target) if target else []
        request = Request(
            principal=delivery.role or delivery.service,
            action=action,
            resource=arn + INSIDE.get(action, ""),
            context=_context(delivery, action, target),
        )
        if not delivery.role:
            # Of what is not in this assembly nobody can tell.
            return target is None or allows(own, request)
        identity = self._of_role[delivery.role]
        role = self._assembly.find(delivery.role)
        if role is None and delivery.role.startswith("arn:"):
            return True
        if denies(own, request):
            return False
        directly = [statement for statement in own if not _is_for_all(statement, request)]
        delegated = target is None or target.type != "AWS::KMS::Key" or allows(own, request)
        return (delegated and allows(identity, request)) or (
            allows(directly, request) and not denies(identity, request)
        )

    def _missing_trust(self, delivery: Delivery) -> Iterator[str]:
        role = self._assembly.find(delivery.role)
        if role is None:
            if not delivery.role.startswith("arn:"):
                yield f"{delivery}: {delivery.service} needs a role there, and there is none"
            return
        request = Request(
            principal=delivery.service,
            action="sts:AssumeRole",
            resource=role.arn,
            context=_context(delivery, "sts:AssumeRole", role, own_name=True),
        )
        if not allows(_statements_in(role.properties.get("AssumeRolePolicyDocument")), request):
            yield (
                f"{delivery}: {delivery.service} may not take on {role}: name it in the role's"
                " AssumeRolePolicyDocument"
            )

    def _say(self, delivery: Delivery, action: str, what: str) -> str:
        if delivery.role:
            return (
                f"{delivery}: {self._assembly.find(delivery.role) or delivery.role} may not"
                f" {action} on {what}: grant it to the role"
            )
        return (
            f"{delivery}: {delivery.service} may not {action} on {what}: add to its policy a"
            f' statement that allows {action} to {{"Service": "{delivery.service}"}}, with the'
            f" condition aws:SourceArn {delivery.source}, or aws:SourceAccount"
            f" {delivery.sender.stack.account}"
        )

    def _statements(self, target: Resource) -> list[Statement]:
        if target.type == "AWS::KMS::Key":
            return _statements_in(target.properties.get("KeyPolicy"))
        if target.type == "AWS::Logs::LogGroup":
            where = (target.stack.account, target.stack.region)
            return [s for account, region, s in self._of_logs if (account, region) == where]
        found = self._of_resource[target.arn]
        if target.type == "AWS::SNS::Topic" and not found:
            # https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
            owner = {"StringEquals": {"aws:SourceOwner": target.stack.account}}
            return [
                {"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Condition": owner}
            ]
        return found

    def _key(self, key: str) -> Resource | None:
        for alias in self._assembly.of_type("AWS::KMS::Alias"):
            if key.endswith(str(alias.properties.get("AliasName"))):
                return self._assembly.find(str(alias.properties["TargetKeyId"]))
        found = self._assembly.find(key)
        return found if found is not None and found.type == "AWS::KMS::Key" else None

    def _read(self, resource: Resource) -> None:
        properties = resource.properties
        if resource.type in POLICIES:
            names, holds = POLICIES[resource.type]
            for name in as_list(properties.get(names, "default")):
                target = self._assembly.find(str(name))
                if target:
                    self._of_resource[target.arn] += _statements_in(properties.get(holds))
        elif resource.type == "AWS::Lambda::Permission":
            target = self._assembly.find(str(properties["FunctionName"]))
            if target:
                self._of_resource[target.arn].append(_permission(properties, target))
        elif resource.type == "AWS::Logs::ResourcePolicy":
            for statement in _statements_in(properties["PolicyDocument"]):
                self._of_logs.append((resource.stack.account, resource.stack.region, statement))
        elif resource.type == "AWS::IAM::Role":
            self._read_role(resource)
        elif resource.type in (
            "AWS::IAM::Policy",
            "AWS::IAM::RolePolicy",
            "AWS::IAM::ManagedPolicy",
        ):
            roles = as_list(properties.get("Roles", properties.get("RoleName", [])))
            for role in filter(None, (self._assembly.find(str(name)) for name in roles)):
                self._of_role[role.arn] += _statements_in(properties["PolicyDocument"])

    def _read_role(self, role: Resource) -> None:
        for policy in role.properties.get("Policies", []):
            self._of_role[role.arn] += _statements_in(policy["PolicyDocument"])
        for arn in role.properties.get("ManagedPolicyArns", []):
            managed = self._assembly.find(str(arn))
            if managed:
                self._of_role[role.arn] += _statements_in(managed.properties["PolicyDocument"])
            actions = list(MANAGED.get(str(arn).rsplit("/", 1)[-1], ()))
            self._of_role[role.arn].append({"Effect": "Allow", "Action": actions, "Resource": "*"})


def _statements_in(document: Any) -> list[Statement]:  # noqa: ANN401 -- JSON
    if isinstance(document, str):
        document = json.loads(document)
    return as_list((document or {}).get("Statement", document or []))


def _permission(properties: Any, function: Resource) -> Statement:  # noqa: ANN401 -- JSON
    principal = str(properties["Principal"])
    kind = "Service" if principal.endswith(".amazonaws.com") else "AWS"
    condition = {}
    if "SourceArn" in properties:
        condition["ArnLike"] = {"aws:SourceArn": properties["SourceArn"]}
    if "SourceAccount" in properties:
        condition["StringEquals"] = {"aws:SourceAccount": properties["SourceAccount"]}
    return {
        "Effect": "Allow",
        "Principal": {kind: principal},
        "Action": properties["Action"],
        "Resource": function.arn,
        "Condition": condition,
    }


def _context(
    delivery: Delivery, action: str, target: Resource | None, *, own_name: bool = False
) -> dict[str, str]:
    stack = delivery.sender.stack
    context = {"aws:securetransport": "true", "s3:tlsversion": "1.3"}
    if delivery.role and not own_name:
        context |= {"aws:principalarn": delivery.role, "aws:principalaccount": stack.account}
    else:
        context |= {"aws:sourcearn": delivery.source, "aws:sourceaccount": stack.account}
        context |= {"aws:principalisawsservice": "true"}
        if delivery.service == "cloudwatch.amazonaws.com":
            context |= {"aws:sourceowner": stack.account}
    if action.startswith("kms:") and target and delivery.target.count(":") >= 5:
        service = delivery.target.split(":")[2]
        context |= {"kms:viaservice": f"{service}.{target.stack.region}.amazonaws.com"}
    return context


def _is_for_all(statement: Statement, request: Request) -> bool:
    """Tell whether a statement lets an account decide, which its identities' policies then do."""
    principal = statement.get("Principal")
    named = as_list(principal.get("AWS", [])) if isinstance(principal, dict) else []
    account = request.principal.split(":")[4] if request.principal.count(":") >= 5 else ""
    return bool({root(account), account} & set(named))


def _key_of(target: Resource) -> str:
    """Return the customer's key that encrypts a target, as the template names it."""
    path = KEYS.get(target.type, "").split(".")
    return _deep(target.properties, path) if path[0] else ""


def _deep(value: Any, path: list[str]) -> str:  # noqa: ANN401 -- JSON
    """Look for a path anywhere in a value: a replica or a rule may hold it."""
    if isinstance(value, list):
        return next(filter(None, (_deep(item, path) for item in value)), "")
    if not isinstance(value, dict):
        return ""
    found: Any = value
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    if isinstance(found, str):
        return found
    return next(filter(None, (_deep(item, path) for item in value.values())), "")
