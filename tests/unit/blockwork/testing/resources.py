"""Resources of templates that the rules look at, in a few words."""

from typing import Any

from tests.unit.blockwork.testing.assemblies import function

KEPT = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
GONE = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}


def resource(kind: str, /, **rest: Any) -> dict[str, Any]:
    policies = {key: rest.pop(key) for key in (*KEPT,) if key in rest}
    return {"Type": kind, "Properties": rest, **policies}


def one(kind: str, /, **rest: Any) -> dict[str, Any]:
    return {"It": resource(kind, **rest)}


def allows(action: str, on: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": on}
    return one("AWS::IAM::Policy", PolicyDocument={"Statement": [statement]})


def protected(**table: Any) -> dict[str, Any]:
    return one("AWS::DynamoDB::Table", **table)


RECOVERABLE = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
GROUP = resource("AWS::Logs::LogGroup", RetentionInDays=7)
ALARM = resource(
    "AWS::CloudWatch::Alarm",
    ComparisonOperator="GreaterThanThreshold",
    MetricName="ApproximateNumberOfMessagesVisible",
    Dimensions=[{"Name": "QueueName", "Value": {"Fn::GetAtt": ["Queue", "QueueName"]}}],
    AlarmActions=["arn:aws:sns:eu-west-1:111111111111:elsewhere"],
)


def logs_to(group: object) -> dict[str, Any]:
    made = function()
    made["Properties"]["LoggingConfig"] = {"LogGroup": group}
    return {"It": made, "Group": GROUP}


SAID = {"Fn::Join": ["", ['{"TimeoutSeconds": 60, "Comment": "', {"Ref": "Group"}, '"}']]}


def watch(metric: str, *, of: str = "It") -> dict[str, Any]:
    return resource(
        "AWS::CloudWatch::Alarm",
        MetricName=metric,
        Dimensions=[{"Name": "StateMachineArn", "Value": {"Ref": of}}],
    )


def machine(**properties: Any) -> dict[str, Any]:
    settled = {
        "DefinitionString": '{"TimeoutSeconds": 60}',
        "LoggingConfiguration": {"Level": "ALL", "IncludeExecutionData": False},
    }
    made = resource("AWS::StepFunctions::StateMachine", **{**settled, **properties})
    return {"It": made, "Watch": watch("ExecutionsFailed")}
