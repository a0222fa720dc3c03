import re

import pytest
from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from constructs_lib.blocks import EventBus


def test_every_event_is_archived_for_thirty_days(stack: Stack) -> None:
    bus = EventBus(stack, "Bus")

    Template.from_stack(stack).has_resource_properties(
        "AWS::Events::Archive",
        {
            "SourceArn": stack.resolve(bus.bus.event_bus_arn),
            "EventPattern": {"account": [{"Ref": "AWS::AccountId"}]},
            "RetentionDays": 30,
        },
    )


def test_grant_publish_allows_putting_events_of_one_source_on_this_bus_and_nothing_else(
    stack: Stack,
) -> None:
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    bus = EventBus(stack, "Bus")

    bus.grant_publish(role, source="shop.orders").assert_success()

    Template.from_stack(stack).has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": {
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "events:PutEvents",
                        "Resource": stack.resolve(bus.bus.event_bus_arn),
                        "Condition": {
                            "ForAllValues:StringEquals": {"events:source": "shop.orders"},
                            "Null": {"events:source": "false"},
                        },
                    }
                ]
            }
        },
    )


@pytest.mark.parametrize("source", ["", "aws.s3", "shop.*"])
def test_a_source_that_is_nobodys_or_somebody_elses_is_refused(stack: Stack, source: str) -> None:
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))

    with pytest.raises(ValueError, match=rf"source must .*got '{re.escape(source)}' \(at Test/Bus"):
        EventBus(stack, "Bus").grant_publish(role, source=source)


def test_it_refuses_a_retention_shorter_than_a_day(stack: Stack) -> None:
    with pytest.raises(ValueError, match="archive_retention must be at least 1 day, got 23 hours"):
        EventBus(stack, "Bus", archive_retention=Duration.hours(23))
