"""What a role may do at most."""

from collections.abc import Iterator, Mapping
from typing import Any

from blockwork.testing.judging import Finding, rule
from blockwork.testing.rules.data import as_list
from blockwork.testing.synthesis import SynthesisedApp, SynthesisedResource

KNOW_NO_RESOURCES = {
    "cloudwatch:PutMetricData",
    "dynamodb:ListStreams",
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
"""AWS allows these for every resource or not at all (Service Authorization Reference; what Lambda
needs in a VPC: Lambda developer guide, Amazon VPC networking; what a state machine needs for its
log and traces: Step Functions developer guide, "Using CloudWatch Logs" and "Tracing")."""


def statements(resource: SynthesisedResource) -> Iterator[Mapping[str, Any]]:
    """Yield what a policy or role of a template says; a resource's own policy is none."""
    said = resource.properties
    inline = said.get("Policies", []) if resource.type == "AWS::IAM::Role" else []
    for document in (said.get("PolicyDocument", {}), *(one["PolicyDocument"] for one in inline)):
        yield from as_list(document.get("Statement", []))


@rule(
    why="a role that may do everything in a service, or something to everything, is one stolen key "
    "away from the whole account (AWS IAM, best practices: least privilege)",
)
def wildcards(app: SynthesisedApp) -> Iterator[Finding]:
    """Let no role do everything, or anything to everything."""
    for policy in app.of_type("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::Role"):
        for statement in statements(policy):
            if statement.get("Effect") == "Deny":
                continue
            actions = as_list(statement.get("Action", []))
            for action in actions:
                if action == "*" or action.endswith(":*"):
                    yield Finding(
                        at=f"{policy} {action}", says="allows all of a service: name the actions"
                    )
            if "*" in as_list(statement.get("Resource", [])):
                for action in sorted({*actions} - KNOW_NO_RESOURCES):
                    yield Finding(
                        at=f"{policy} {action}", says="is allowed on every resource: name them"
                    )
