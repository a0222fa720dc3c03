"""A bucket that goes with its stack goes with all that is in it; one that is retained keeps it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from aws_cdk import CfnOutput, RemovalPolicy, Stack
from botocore.exceptions import ClientError

from constructs_lib.primitives import Bucket
from tests.emulator.support import Aws, eventually
from tests.emulator.synthesised import deploy_constructs

MORE_THAN_A_PAGE = 1_005
"""S3 lists and deletes 1,000 versions a request."""


def deploy(aws: Aws, stack: str, policy: RemovalPolicy, *, others: bool = False) -> str:
    def build(stack: Stack) -> None:
        bucket = Bucket(stack, "Full", versioned=True, removal_policy=policy)
        if others:
            Bucket(stack, "Empty", removal_policy=RemovalPolicy.DESTROY)
        CfnOutput(stack, "BucketName", value=bucket.bucket_name)

    return deploy_constructs(aws, stack, build)["BucketName"]


def delete(aws: Aws, stack: str) -> str:
    cloudformation = aws.client("cloudformation")
    stack_id = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName=stack_id)

    def status() -> str:
        described = cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]
        found: str = described["StackStatus"]
        return "" if found.endswith("_IN_PROGRESS") else found

    return eventually(status)


def fill(s3: Any, bucket: str, *, objects: int) -> None:
    """Put objects, and one that was replaced and then deleted."""
    keys = [f"année/{number}.pdf" for number in range(objects)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: s3.put_object(Bucket=bucket, Key=key, Body=b"1"), keys))
    for content in (b"1", b"2"):
        s3.put_object(Bucket=bucket, Key="replaced", Body=content)
    s3.delete_object(Bucket=bucket, Key="replaced")


def test_every_version_and_marker_goes_and_then_the_bucket(aws: Aws) -> None:
    bucket = deploy(aws, "emptied", RemovalPolicy.DESTROY)
    s3 = aws.client("s3")
    fill(s3, bucket, objects=MORE_THAN_A_PAGE)

    assert delete(aws, "emptied") == "DELETE_COMPLETE"

    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.list_object_versions(Bucket=bucket)


@pytest.mark.parametrize("others", [False, True], ids=["the only one", "one of two"])
def test_a_bucket_that_a_later_deployment_retains_keeps_everything(aws: Aws, others: bool) -> None:
    stack = f"retained-{others}".lower()
    bucket = deploy(aws, stack, RemovalPolicy.DESTROY, others=others)
    s3 = aws.client("s3")
    fill(s3, bucket, objects=1)
    before = s3.list_object_versions(Bucket=bucket)

    deploy(aws, stack, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, others=others)
    assert delete(aws, stack) == "DELETE_COMPLETE"

    after = s3.list_object_versions(Bucket=bucket)
    assert len(after["Versions"]) == 3
    assert (after["Versions"], after["DeleteMarkers"]) == (
        before["Versions"],
        before["DeleteMarkers"],
    )
