"""Policies of topics, queues and keys, as templates have them."""

from typing import Any

ACCOUNT = "000000000000"
USE = ("kms:GenerateDataKey", "kms:Decrypt")


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def let(service: str, *actions: str, account: str = ACCOUNT) -> dict[str, Any]:
    """Return the statement that lets a service do something for what an account has."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": list(actions),
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }


def key(*statements: dict[str, Any]) -> dict[str, Any]:
    owner = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": document(owner, *statements)}}


def policy(kind: str, of: str, *statements: dict[str, Any]) -> dict[str, Any]:
    """Return the policy of a queue or a topic; none without statements."""
    if not statements:
        return {}
    members = {"Queue": "Queues", "Topic": "Topics"}[kind]
    service = {"Queue": "SQS", "Topic": "SNS"}[kind]
    properties = {members: [{"Ref": of}], "PolicyDocument": document(*statements)}
    return {f"{of}Policy": {"Type": f"AWS::{service}::{kind}Policy", "Properties": properties}}
