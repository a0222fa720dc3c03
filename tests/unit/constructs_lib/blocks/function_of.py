"""What the one function of a stack is told, and what roles may do."""

from typing import Any

from aws_cdk import Stack
from aws_cdk.assertions import Match, Template


def environment(stack: Stack) -> dict[str, Any]:
    (resource,) = Template.from_stack(stack).find_resources("AWS::Lambda::Function").values()
    variables: dict[str, Any] = resource["Properties"]["Environment"]["Variables"]
    return variables


def may(stack: Stack, action: str | list[str], resource: object) -> None:
    Template.from_stack(stack).has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": {
                "Statement": Match.array_with(
                    [Match.object_like({"Action": action, "Resource": resource})]
                )
            }
        },
    )
