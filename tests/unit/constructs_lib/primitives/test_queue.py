import pytest
from aws_cdk import Duration, Stack, Token
from aws_cdk import aws_sqs as sqs
from aws_cdk.assertions import Template

from constructs_lib.primitives import Queue


def test_a_queue_keeps_messages_as_long_as_sqs_can(stack: Stack) -> None:
    Queue(stack, "Orders")

    Template.from_stack(stack).has_resource_properties(
        "AWS::SQS::Queue", {"MessageRetentionPeriod": 14 * 86_400, "SqsManagedSseEnabled": True}
    )


def test_a_queue_hands_poison_to_its_dead_letter_queue(stack: Stack) -> None:
    poison = Queue(stack, "Poison")

    Queue(
        stack,
        "Orders",
        visibility_timeout=Duration.minutes(1),
        dead_letter_queue=sqs.DeadLetterQueue(queue=poison, max_receive_count=5),
    )

    Template.from_stack(stack).has_resource_properties(
        "AWS::SQS::Queue",
        {
            "VisibilityTimeout": 60,
            "RedrivePolicy": {
                "deadLetterTargetArn": stack.resolve(poison.queue_arn),
                "maxReceiveCount": 5,
            },
        },
    )


@pytest.mark.parametrize("retention", [Duration.seconds(59), Duration.days(15)])
def test_a_queue_refuses_a_retention_sqs_would_refuse(stack: Stack, retention: Duration) -> None:
    with pytest.raises(ValueError, match="retention must be between 1 minute and 14 days, got"):
        Queue(stack, "Orders", retention=retention)


def test_a_queue_accepts_a_retention_known_only_at_deployment(stack: Stack) -> None:
    Queue(stack, "Orders", retention=Duration.seconds(Token.as_number({"Ref": "Seconds"})))

    Template.from_stack(stack).has_resource_properties(
        "AWS::SQS::Queue", {"MessageRetentionPeriod": {"Ref": "Seconds"}}
    )
