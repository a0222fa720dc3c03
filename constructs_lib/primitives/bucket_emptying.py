"""Empty the buckets that go with their stack: S3 deletes none that holds anything."""

from pathlib import Path
from typing import cast

from aws_cdk import CustomResource, Duration, RemovalPolicy, Stack, Tags
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.primitives.python_function import PythonFunction
from constructs_lib.primitives.python_service import PythonService

RUNTIME = Path(__file__).parent.parent / "runtime"
ID = "BucketEmptying"
TAG = "emptied-with-its-stack"
"""What the function looks for, see `empty_bucket.py`."""
FIFTEEN_MINUTES = Duration.minutes(15)


class BucketEmptying(Construct):
    """One function a stack, which empties buckets of that stack when CloudFormation deletes them.

    All versions and delete markers go, 1,000 a request; what fifteen minutes are too short for
    goes when the stack is deleted once more. `Bucket` uses it wherever its removal policy is
    `DESTROY`. A bucket that a later deployment retains loses its tag, and is not emptied then.
    """

    def __init__(self, scope: Construct, id_: str, /) -> None:
        super().__init__(scope, id_)
        self.function = PythonFunction(
            self,
            "Function",
            service=PythonService(
                name="custom_resources",
                source=RUNTIME,
                log_retention=logs.RetentionDays.ONE_WEEK,
                log_removal_policy=RemovalPolicy.DESTROY,
            ),
            entry="empty_bucket",
            timeout=FIFTEEN_MINUTES,
        )

    @classmethod
    def of(cls, scope: Construct) -> "BucketEmptying":
        """Return the one of the stack that `scope` is in."""
        stack = Stack.of(scope)
        return cast(BucketEmptying, stack.node.try_find_child(ID)) or cls(stack, ID)

    def add(self, bucket: s3.Bucket, /) -> None:
        """Empty a bucket before it is deleted, while its policy and the function still stand."""
        Tags.of(bucket).add(TAG, "true")
        self._allow(
            "s3:GetBucketPolicy",
            "s3:GetBucketTagging",
            "s3:ListBucketVersions",
            "s3:PutBucketPolicy",
            on=bucket.bucket_arn,
        )
        objects = bucket.arn_for_objects("*")
        self._allow("s3:DeleteObject", "s3:DeleteObjectVersion", on=objects)
        resource = CustomResource(
            bucket,
            "Emptying",
            resource_type="Custom::BucketEmptying",
            service_token=self.function.function_arn,
            service_timeout=FIFTEEN_MINUTES,
            properties={"BucketName": bucket.bucket_name},
        )
        resource.node.add_dependency(self.function)
        if bucket.policy:
            resource.node.add_dependency(bucket.policy)
        cfn_bucket = cast(s3.CfnBucket, bucket.node.default_child)
        written = f"Resource::<{Stack.of(bucket).get_logical_id(cfn_bucket)}.Arn>/*"
        acknowledge(self, **{f"IAM5[{written}]": "it deletes whatever there is"})

    def _allow(self, *actions: str, on: str) -> None:
        self.function.add_to_role_policy(iam.PolicyStatement(actions=list(actions), resources=[on]))
