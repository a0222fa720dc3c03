import json

from tests.emulator.support import Aws


def test_a_bucket_that_demands_tls_can_be_used(aws: Aws) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(
        Bucket="tls-only", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"}
    )
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": ["arn:aws:s3:::tls-only", "arn:aws:s3:::tls-only/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
    s3.put_bucket_policy(Bucket="tls-only", Policy=json.dumps(policy))

    s3.put_object(Bucket="tls-only", Key="a", Body=b"kept")

    assert s3.get_object(Bucket="tls-only", Key="a")["Body"].read() == b"kept"
