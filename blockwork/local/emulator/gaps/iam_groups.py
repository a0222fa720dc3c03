"""AWS::IAM::Group.

AWS makes a group of users with its managed and inline policies
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-group.html).
Stock has the API, and refuses a template with the resource. Closed by a handler that calls that
API.
"""

import json
from collections.abc import Callable
from typing import Any

from ministack.services import iam
from ministack.services.cloudformation import provisioners

from blockwork.local.emulator.gaps._hooks import Properties

GROUP = "AWS::IAM::Group"


def close() -> None:
    """Register the resource type."""
    provisioners._RESOURCE_HANDLERS[GROUP] = {
        "create": _create,
        "update": _update,
        "delete": _delete,
    }


def _create(logical_id: str, properties: Properties, stack: str) -> tuple[str, dict[str, str]]:
    name = properties.get("GroupName") or provisioners._physical_name(
        stack, logical_id, max_len=128
    )
    _call(iam._create_group, GroupName=name, Path=properties.get("Path", "/"))
    _allow(name, properties)
    return name, {"Arn": iam._groups[name]["Arn"]}


def _update(name: str, old: Properties, new: Properties, _stack: str) -> tuple[str, dict[str, str]]:
    _forbid(name, old)
    _allow(name, new)
    return name, {"Arn": iam._groups[name]["Arn"]}


def _delete(name: str, properties: Properties) -> None:
    if name in iam._groups:
        _forbid(name, properties)
        _call(iam._delete_group, GroupName=name)


def _allow(name: str, properties: Properties) -> None:
    for arn in properties.get("ManagedPolicyArns") or []:
        _call(iam._attach_group_policy, GroupName=name, PolicyArn=arn)
    for policy in properties.get("Policies") or []:
        document = json.dumps(policy["PolicyDocument"])
        named = {"GroupName": name, "PolicyName": policy["PolicyName"]}
        _call(iam._put_group_policy, **named, PolicyDocument=document)


def _forbid(name: str, properties: Properties) -> None:
    for arn in properties.get("ManagedPolicyArns") or []:
        _call(iam._detach_group_policy, GroupName=name, PolicyArn=arn)
    for policy in properties.get("Policies") or []:
        _call(iam._delete_group_policy, GroupName=name, PolicyName=policy["PolicyName"])


def _call(action: Callable[[dict[str, Any]], Any], **request: str) -> None:
    status, _headers, body = action(request)
    if status >= 400:
        raise ValueError(f"{GROUP}: {body.decode()}")
