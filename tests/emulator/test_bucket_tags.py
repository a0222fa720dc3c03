import pytest
from botocore.exceptions import ClientError

from tests.emulator.support import Aws


def test_a_bucket_has_the_tags_of_its_template(aws: Aws) -> None:
    s3 = aws.client("s3")
    tagged = {"Type": "AWS::S3::Bucket", "Properties": {"Tags": [{"Key": "of", "Value": "ours"}]}}

    bucket = aws.deploy("bucket-tags", {"Bucket": tagged}, name={"Ref": "Bucket"})["name"]

    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "of", "Value": "ours"}]

    aws.deploy("bucket-tags", {"Bucket": {"Type": "AWS::S3::Bucket"}}, name={"Ref": "Bucket"})

    with pytest.raises(ClientError, match="NoSuchTagSet"):
        s3.get_bucket_tagging(Bucket=bucket)
