import json
from typing import Any

from tests.emulator.support import Aws

BUCKET = {"Resource": ["arn:aws:s3:::tls-only", "arn:aws:s3:::tls-only/*"]}


def test_a_bucket_that_demands_tls_can_be_used(aws: Aws) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(
        Bucket="tls-only", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"}
    )
    condition = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", **BUCKET, **condition}
    s3.put_bucket_policy(Bucket="tls-only", Policy=policy(deny))
    reader = somebody_with(aws, {"Effect": "Allow", "Action": "s3:*", **BUCKET})

    reader.put_object(Bucket="tls-only", Key="a", Body=b"kept")

    assert reader.get_object(Bucket="tls-only", Key="a")["Body"].read() == b"kept"


def somebody_with(aws: Aws, statement: dict[str, Any]) -> Any:
    iam = aws.client("iam")
    iam.create_user(UserName="reader")
    iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=policy(statement))
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    return aws.client("s3", key["AccessKeyId"], key["SecretAccessKey"])


def policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
