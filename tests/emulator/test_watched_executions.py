"""What is to be seen of executions from outside: metrics, alarms, logs, settings."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.machines import begin, ended, machine, machine_role
from tests.emulator.support import Aws, eventually
from tests.waiting import eventually as until

DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)
STATES: dict[str, Any] = {
    "IsGood": {
        "Type": "Choice",
        "Choices": [{"Condition": "{% $states.input.good %}", "Next": "Good"}],
        "Default": "Bad",
    },
    "Good": {"Type": "Succeed"},
    "Bad": {"Type": "Fail", "Error": "Bad", "Cause": "not good"},
}
OUTPUTS: dict[str, Any] = {"machine": {"Ref": "Machine"}, "group": {"Ref": "Group"}}


def logged(level: str, *, data: bool, **more: Any) -> dict[str, Any]:
    """Return a machine that is logged, its role and its log group."""
    group = {"CloudWatchLogsLogGroup": {"LogGroupArn": {"Fn::GetAtt": ["Group", "Arn"]}}}
    settings = {"Level": level, "IncludeExecutionData": data, "Destinations": [group]}
    return {
        "Group": {"Type": "AWS::Logs::LogGroup"},
        "MachineRole": machine_role(*DELIVERY),
        "Machine": machine(STATES, LoggingConfiguration=settings, **more),
    }


def lines(aws: Aws, group: str) -> list[dict[str, Any]]:
    pages = aws.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    return [json.loads(event["message"]) for page in pages for event in page["events"]]


def run(aws: Aws, made: dict[str, str], **given: Any) -> tuple[str, list[dict[str, Any]]]:
    """Run an execution, and return its ARN and the lines of its log until its end."""
    execution = begin(aws, made["machine"], **given)
    ended(aws, execution)

    def of_execution() -> list[dict[str, Any]]:
        return [line for line in lines(aws, made["group"]) if line["execution_arn"] == execution]

    ends = ("ExecutionSucceeded", "ExecutionFailed")
    return execution, until(of_execution, until=lambda seen: any(x["type"] in ends for x in seen))


def test_all_of_a_history_is_logged_without_what_goes_through_it(aws: Aws) -> None:
    made = aws.deploy("logged", logged("ALL", data=False), **OUTPUTS)

    execution, seen = run(aws, made, good=True, secret="of-nobody's-business")

    assert [line["type"] for line in seen] == [
        "ExecutionStarted",
        "ChoiceStateEntered",
        "ChoiceStateExited",
        "SucceedStateEntered",
        "SucceedStateExited",
        "ExecutionSucceeded",
    ]
    assert "nobody" not in json.dumps(seen)
    assert seen[1] == {
        "id": "2",
        "type": "ChoiceStateEntered",
        "details": {"name": "IsGood"},
        "redrive_count": "0",
        "previous_event_id": "1",
        "event_timestamp": seen[1]["event_timestamp"],
        "execution_arn": execution,
    }


def test_data_is_logged_where_it_is_asked_for_and_the_level_says_which_events(aws: Aws) -> None:
    made = aws.deploy("errors-logged", logged("ERROR", data=True), **OUTPUTS)

    _, seen = run(aws, made, good=False)

    assert [line["type"] for line in seen] == ["FailStateEntered", "ExecutionFailed"]
    assert json.loads(seen[0]["details"]["input"]) == {"good": False}
    assert seen[1]["details"] == {"error": "Bad", "cause": "not good"}


def test_a_role_that_may_not_have_logs_delivered_makes_no_logged_machine(aws: Aws) -> None:
    resources = {"Group": {"Type": "AWS::Logs::LogGroup"}, "MachineRole": machine_role()}
    outputs = {
        "group": {"Fn::GetAtt": ["Group", "Arn"]},
        "role": {"Fn::GetAtt": ["MachineRole", "Arn"]},
    }
    made = aws.deploy("not-delivered", resources, **outputs)

    with pytest.raises(ClientError, match="not authorized to access the Log Destination"):
        aws.client("stepfunctions").create_state_machine(
            name="not-delivered",
            definition=json.dumps(machine(STATES)["Properties"]["Definition"]),
            roleArn=made["role"],
            loggingConfiguration={
                "level": "ALL",
                "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": made["group"]}}],
            },
        )


def test_settings_of_a_template_arrive_and_change_in_place(aws: Aws) -> None:
    states = aws.client("stepfunctions")
    traced = logged("ALL", data=True, TracingConfiguration={"Enabled": True})
    made = aws.deploy("settings", traced, **OUTPUTS)
    before = states.describe_state_machine(stateMachineArn=made["machine"])

    assert aws.deploy("settings", logged("FATAL", data=False), **OUTPUTS) == made

    after = states.describe_state_machine(stateMachineArn=made["machine"])
    for described, level, data in ((before, "ALL", True), (after, "FATAL", False)):
        settings = described["loggingConfiguration"]
        assert (settings["level"], settings["includeExecutionData"]) == (level, data)
        group = settings["destinations"][0]["cloudWatchLogsLogGroup"]["logGroupArn"]
        assert f":log-group:{made['group']}" in group
        assert described["tracingConfiguration"] == {"enabled": data}


def test_a_template_that_says_nothing_any_more_turns_logs_off(aws: Aws) -> None:
    aws.deploy("no-settings", logged("ALL", data=True), **OUTPUTS)
    plain = {**logged("ALL", data=True), "Machine": machine(STATES)}

    made = aws.deploy("no-settings", plain, **OUTPUTS)

    described = aws.client("stepfunctions").describe_state_machine(stateMachineArn=made["machine"])
    assert described["loggingConfiguration"]["level"] == "OFF"


def test_an_alarm_goes_off_when_an_execution_fails(aws: Aws) -> None:
    alarm = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmName": "failed-executions",
            "Namespace": "AWS/States",
            "MetricName": "ExecutionsFailed",
            "Dimensions": [{"Name": "StateMachineArn", "Value": {"Ref": "Machine"}}],
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
        },
    }
    resources = {"MachineRole": machine_role(), "Machine": machine(STATES), "Alarm": alarm}
    made = aws.deploy("counted", resources, machine={"Ref": "Machine"})
    cloudwatch = aws.client("cloudwatch")

    def state() -> str:
        (found,) = cloudwatch.describe_alarms(AlarmNames=["failed-executions"])["MetricAlarms"]
        return str(found["StateValue"])

    ended(aws, begin(aws, made["machine"], good=True))
    eventually(lambda: state() == "OK")

    ended(aws, begin(aws, made["machine"], good=False))

    eventually(lambda: state() == "ALARM")
    metrics = cloudwatch.list_metrics(
        Namespace="AWS/States",
        Dimensions=[{"Name": "StateMachineArn", "Value": made["machine"]}],
    )["Metrics"]
    names = {metric["MetricName"] for metric in metrics}
    assert names == {
        "ExecutionsStarted",
        "ExecutionsSucceeded",
        "ExecutionsFailed",
        "ExecutionTime",
    }
