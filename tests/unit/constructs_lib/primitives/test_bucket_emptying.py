"""Which buckets are emptied when they are deleted, and which never."""

from typing import cast

import pytest
from aws_cdk import CfnElement, RemovalPolicy, Stack
from aws_cdk.assertions import Template

from constructs_lib.primitives import Bucket
from constructs_lib.primitives.bucket_emptying import TAG
from constructs_lib.runtime.custom_resources import empty_bucket


def test_buckets_that_go_with_their_stack_are_emptied_first_by_one_function(stack: Stack) -> None:
    buckets = [
        Bucket(stack, name, removal_policy=RemovalPolicy.DESTROY) for name in ("Invoices", "Images")
    ]

    template = Template.from_stack(stack)
    template.resource_count_is("AWS::Lambda::Function", 1)
    emptied = template.find_resources("Custom::BucketEmptying").values()
    names = [resource["Properties"]["BucketName"] for resource in emptied]
    assert names == [stack.resolve(bucket.bucket_name) for bucket in buckets]
    for resource, bucket in zip(emptied, buckets, strict=True):
        assert bucket.policy
        policy = stack.get_logical_id(cast(CfnElement, bucket.policy.node.default_child))
        assert policy in resource["DependsOn"]  # it stands until the bucket is empty


@pytest.mark.parametrize(
    "policy", [RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, None]
)
def test_nothing_may_empty_a_bucket_that_is_retained(
    stack: Stack, policy: RemovalPolicy | None
) -> None:
    if policy:
        Bucket(stack, "Invoices", removal_policy=policy)
    else:
        Bucket(stack, "Invoices")

    template = Template.from_stack(stack)
    template.resource_count_is("AWS::Lambda::Function", 0)
    template.resource_count_is("Custom::BucketEmptying", 0)
    assert TAG not in str(template.to_json())


def test_the_function_that_empties_looks_for_the_tag_that_is_set() -> None:
    assert TAG == empty_bucket.TAG
