import pytest
from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import FailureChain


def test_every_failure_published_to_the_topic_lands_in_the_queue(stack: Stack) -> None:
    failures = FailureChain(stack, "Failures")

    Template.from_stack(stack).has_resource_properties(
        "AWS::SNS::Subscription",
        {
            "Protocol": "sqs",
            "Endpoint": stack.resolve(failures.queue.queue_arn),
            "RawMessageDelivery": True,
        },
    )


def test_failures_are_kept_as_long_as_sqs_allows(stack: Stack) -> None:
    FailureChain(stack, "Failures")

    Template.from_stack(stack).has_resource_properties(
        "AWS::SQS::Queue", {"MessageRetentionPeriod": 14 * 24 * 3600}
    )


def test_the_first_failure_raises_the_alarm(stack: Stack) -> None:
    failures = FailureChain(stack, "Failures")

    Template.from_stack(stack).has_resource_properties(
        "AWS::CloudWatch::Alarm",
        {
            "MetricName": "ApproximateNumberOfMessagesVisible",
            "Dimensions": [
                {"Name": "QueueName", "Value": stack.resolve(failures.queue.queue_name)}
            ],
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "Threshold": 1,
            "EvaluationPeriods": 1,
            "TreatMissingData": "notBreaching",
        },
    )


def test_a_failure_nobody_looks_at_raises_an_alarm_after_half_a_day(stack: Stack) -> None:
    FailureChain(stack, "Failures")

    Template.from_stack(stack).has_resource_properties(
        "AWS::CloudWatch::Alarm",
        {"MetricName": "ApproximateAgeOfOldestMessage", "Threshold": 12 * 3600},
    )


def test_grant_publish_allows_publishing_and_nothing_else(stack: Stack) -> None:
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    failures = FailureChain(stack, "Failures")

    failures.grant_publish(role).assert_success()

    Template.from_stack(stack).has_resource_properties(
        "AWS::IAM::Policy",
        {"PolicyDocument": {"Statement": [Match.object_like({"Action": "sns:Publish"})]}},
    )


def test_a_publisher_to_an_encrypted_topic_may_use_its_key(stack: Stack) -> None:
    key = kms.Key(stack, "Key")
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    failures = FailureChain(stack, "Failures", encryption_key=key)

    failures.grant_publish(role)

    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::SNS::Topic", {"KmsMasterKeyId": stack.resolve(key.key_arn)}
    )
    template.has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": {
                "Statement": Match.array_with(
                    [Match.object_like({"Resource": stack.resolve(key.key_arn)})]
                )
            }
        },
    )


@pytest.mark.parametrize("retention", [Duration.seconds(59), Duration.days(15)])
def test_it_refuses_a_retention_sqs_would_refuse(stack: Stack, retention: Duration) -> None:
    with pytest.raises(ValueError, match="retention must be between 1 minute and 14 days, got"):
        FailureChain(stack, "Failures", retention=retention)


@pytest.mark.parametrize(
    ("arguments", "policy"),
    [({}, "RetainExceptOnCreate"), ({"removal_policy": RemovalPolicy.DESTROY}, "Delete")],
)
def test_failed_events_outlive_their_stack_unless_it_says_otherwise(
    stack: Stack, arguments: dict[str, RemovalPolicy], policy: str
) -> None:
    FailureChain(stack, "Failures", **arguments)  # type: ignore[arg-type]

    Template.from_stack(stack).has_resource("AWS::SQS::Queue", {"DeletionPolicy": policy})
