"""Queue metrics, and the alarms that look at them."""

from typing import Any

from tests.emulator.support import Aws, eventually


def watched(queue: str) -> dict[str, Any]:
    return {
        f"{queue}Alarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmName": queue,
                "Namespace": "AWS/SQS",
                "MetricName": "ApproximateNumberOfMessagesVisible",
                "Dimensions": [
                    {"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}
                ],
                "Statistic": "Maximum",
                "Period": 1,
                "EvaluationPeriods": 1,
                "Threshold": 1,
                "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "TreatMissingData": "notBreaching",
                "AlarmActions": [{"Ref": "Topic"}],
            },
        },
        queue: {"Type": "AWS::SQS::Queue"},
    }


def test_an_alarm_goes_on_with_its_own_queue_only_and_off_again(aws: Aws) -> None:
    sqs = aws.client("sqs")
    subscription = {"Protocol": "sqs", "Endpoint": {"Fn::GetAtt": ["Told", "Arn"]}}
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "*",
    }
    resources = {
        **watched("Failures"),
        **watched("Other"),
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Told": {"Type": "AWS::SQS::Queue"},
        "ToldPolicy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {
                "Queues": [{"Ref": "Told"}],
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [allowed]},
            },
        },
        "Subscription": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {"TopicArn": {"Ref": "Topic"}, **subscription},
        },
    }
    made = aws.deploy("alarms", resources, failures={"Ref": "Failures"}, told={"Ref": "Told"})
    eventually(lambda: queues(aws) == ("OK", "OK"))

    sqs.send_message(QueueUrl=made["failures"], MessageBody="lost")
    eventually(lambda: queues(aws) == ("ALARM", "OK"))
    messages = eventually(lambda: sqs.receive_message(QueueUrl=made["told"]).get("Messages"))

    sqs.purge_queue(QueueUrl=made["failures"])
    eventually(lambda: queues(aws) == ("OK", "OK"))
    assert "ALARM" in messages[0]["Body"]


def test_an_alarm_on_errors_goes_off_when_nothing_is_measured_any_more(aws: Aws) -> None:
    cloudwatch = aws.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="Errors",
        Namespace="Test",
        MetricName="Errors",
        Statistic="Sum",
        Period=1,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )
    cloudwatch.put_metric_data(Namespace="Test", MetricData=[{"MetricName": "Errors", "Value": 1}])

    eventually(lambda: states(aws).get("Errors") == "ALARM")
    eventually(lambda: states(aws).get("Errors") == "OK")


def states(aws: Aws) -> dict[str, str]:
    alarms = aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}


def queues(aws: Aws) -> tuple[str | None, str | None]:
    now = states(aws)
    return now.get("Failures"), now.get("Other")
