"""A function writes a metric into its log, and an alarm sees it."""

from datetime import UTC, datetime, timedelta

from tests.emulator.support import Aws, eventually, function, invoke, role

COUNTS = """
import json, time

def handler(event, context):
    directive = {
        "Namespace": "Shop",
        "Dimensions": [["FunctionName"]],
        "Metrics": [{"Name": "Broken", "Unit": "Count"}],
    }
    metadata = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    if event["kind"] == "metric":
        values = json.loads(event["values"])
        print(json.dumps({"_aws": metadata, "FunctionName": "x", "Broken": values}))
    else:
        print('{"_aws": {"CloudWatchMetrics": [{"Namespace": "Shop"}]}, "Broken": 9}')
        print('"CloudWatchMetrics"')
"""


def test_a_metric_in_the_log_is_one_of_cloudwatch_and_alarms(aws: Aws) -> None:
    alarm = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmName": "embedded-broken",
            "Namespace": "Shop",
            "MetricName": "Broken",
            "Dimensions": [{"Name": "FunctionName", "Value": "x"}],
            "Statistic": "Sum",
            "Period": 300,
            "EvaluationPeriods": 1,
            "Threshold": 3,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
        },
    }
    resources = {"Role": role(), "Counts": function(COUNTS), "Alarm": alarm}
    names = aws.deploy("embedded-metrics", resources, Counts={"Ref": "Counts"})
    cloudwatch = aws.client("cloudwatch")

    def total() -> float:
        now = datetime.now(UTC)
        points = cloudwatch.get_metric_statistics(
            Namespace="Shop",
            MetricName="Broken",
            Dimensions=[{"Name": "FunctionName", "Value": "x"}],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(hours=1),
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in points))

    def state() -> str:
        (found,) = cloudwatch.describe_alarms(AlarmNames=["embedded-broken"])["MetricAlarms"]
        return str(found["StateValue"])

    invoke(aws, names["Counts"], kind="other")
    invoke(aws, names["Counts"], kind="metric", values="1")
    eventually(lambda: total() == 1)
    eventually(lambda: state() == "OK")
    invoke(aws, names["Counts"], kind="metric", values="[1, 1]")
    eventually(lambda: total() == 3)
    eventually(lambda: state() == "ALARM")
