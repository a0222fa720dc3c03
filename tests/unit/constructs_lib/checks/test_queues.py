from pathlib import Path
from typing import Any

import pytest

from constructs_lib.checks import check_queues
from tests.unit.constructs_lib.checks.test_deliveries import written

TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {}}
END = {"Type": "AWS::SQS::Queue", "Properties": {}}


def handing_on(**more: Any) -> dict[str, Any]:
    policy = {"deadLetterTargetArn": {"Fn::GetAtt": ["End", "Arn"]}, "maxReceiveCount": 5}
    return {"Type": "AWS::SQS::Queue", "Properties": {"RedrivePolicy": policy, **more}}


def alarm(**changes: Any) -> dict[str, Any]:
    properties = {
        "MetricName": "ApproximateNumberOfMessagesVisible",
        "Dimensions": [{"Name": "QueueName", "Value": {"Fn::GetAtt": ["End", "QueueName"]}}],
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "AlarmActions": [{"Ref": "Topic"}],
    }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": {**properties, **changes}}


def problems(folder: Path, **resources: Any) -> list[str]:
    return check_queues(written(folder, Topic=TOPIC, End=END, **resources))


@pytest.mark.parametrize(
    "watching",
    [
        alarm(),
        alarm(MetricName="ApproximateAgeOfOldestMessage"),
        alarm(AlarmActions=["arn:aws:sns:eu-west-2:222222222222:theirs"]),
        alarm(
            MetricName=None,
            Dimensions=None,
            Metrics=[{"MetricStat": {"Metric": alarm()["Properties"]}}],
        ),
    ],
)
def test_a_chain_whose_end_is_watched_is_good(tmp_path: Path, watching: dict[str, Any]) -> None:
    said = watching["Properties"]
    watching["Properties"] = {key: value for key, value in said.items() if value is not None}

    assert problems(tmp_path, Work=handing_on(), Alarm=watching) == []


def test_an_end_that_nobody_watches_is_told_with_the_way_out(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, Work=handing_on())

    assert problem.startswith("Test/End (AWS::SQS::Queue) has neither a dead-letter queue nor an")
    assert "FailureChain.dead_letter_queue()" in problem
    assert "AlarmTopic.watch" in problem


@pytest.mark.parametrize(
    "changes",
    [
        {"MetricName": "NumberOfMessagesSent"},
        {"Dimensions": [{"Name": "QueueName", "Value": "another"}]},
        {"ComparisonOperator": "LessThanThreshold"},
    ],
)
def test_an_alarm_on_something_else_does_not_count(tmp_path: Path, changes: dict[str, Any]) -> None:
    (problem,) = problems(tmp_path, Alarm=alarm(**changes))

    assert "has neither a dead-letter queue nor an alarm" in problem


@pytest.mark.parametrize(
    "changes",
    [
        {"AlarmActions": []},
        {"ActionsEnabled": False},
        {"AlarmActions": [{"Fn::GetAtt": ["End", "Arn"]}]},
    ],
)
def test_an_alarm_that_tells_nobody_does_not_count(tmp_path: Path, changes: dict[str, Any]) -> None:
    (problem,) = problems(tmp_path, Alarm=alarm(**changes))

    assert "is watched by Test/Alarm (AWS::CloudWatch::Alarm), which tell no topic" in problem


@pytest.mark.parametrize(
    "allow", [{"redrivePermission": "denyAll"}, {"redrivePermission": "byQueue"}]
)
def test_an_end_that_does_not_take_is_told(tmp_path: Path, allow: dict[str, Any]) -> None:
    closed = {"Type": "AWS::SQS::Queue", "Properties": {"RedriveAllowPolicy": allow}}
    folder = written(tmp_path, Topic=TOPIC, End=closed, Work=handing_on(), Alarm=alarm())

    (problem,) = check_queues(folder)

    assert "whose RedriveAllowPolicy does not let it" in problem
