"""An alarm topic: alarms reach it, and it reaches people."""

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Annotations, Match, Template

from constructs_lib.primitives import AlarmTopic

FROM_HERE = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
CLOUDWATCH = {"Service": "cloudwatch.amazonaws.com"}


def test_alarms_of_this_account_may_publish_to_it(stack: Stack) -> None:
    topic = AlarmTopic(stack, "Alarms")

    allow = {
        "Sid": "AlarmsOfThisAccount",
        "Effect": "Allow",
        "Principal": CLOUDWATCH,
        "Action": "sns:Publish",
        "Resource": stack.resolve(topic.topic_arn),
        "Condition": FROM_HERE,
    }
    Template.from_stack(stack).has_resource_properties(
        "AWS::SNS::TopicPolicy",
        {"PolicyDocument": Match.object_like({"Statement": Match.array_with([allow])})},
    )


def test_alarms_may_use_its_key(stack: Stack) -> None:
    AlarmTopic(stack, "Alarms", encryption_key=kms.Key(stack, "Key"))

    allow = {
        "Sid": "AlarmsOfThisAccount",
        "Effect": "Allow",
        "Principal": CLOUDWATCH,
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": "*",
        "Condition": FROM_HERE,
    }
    Template.from_stack(stack).has_resource_properties(
        "AWS::KMS::Key",
        {"KeyPolicy": Match.object_like({"Statement": Match.array_with([allow])})},
    )


def test_a_key_whose_policy_is_elsewhere_is_warned_of(stack: Stack) -> None:
    arn = "arn:aws:kms:eu-west-2:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    AlarmTopic(stack, "Alarms", encryption_key=kms.Key.from_key_arn(stack, "Key", arn))

    Annotations.from_stack(stack).has_warning(
        "/Test/Alarms", Match.string_like_regexp("alarms reach nobody unless it lets cloudwatch")
    )


def test_people_are_told_when_an_alarm_goes_off_and_when_it_is_over(stack: Stack) -> None:
    topic = AlarmTopic(stack, "Alarms", emails=["night@shop.example"])
    metric = cloudwatch.Metric(namespace="Shop", metric_name="Lost")
    alarm = metric.create_alarm(stack, "Lost", threshold=1, evaluation_periods=1)

    topic.watch(alarm)

    told = [stack.resolve(topic.topic_arn)]
    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::CloudWatch::Alarm", {"AlarmActions": told, "OKActions": told}
    )
    template.has_resource_properties(
        "AWS::SNS::Subscription", {"Protocol": "email", "Endpoint": "night@shop.example"}
    )
