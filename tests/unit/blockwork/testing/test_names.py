"""What counts as a name, shown on types of every kind."""

from typing import Any

import pytest

from blockwork.testing.names import Name, own_names


@pytest.mark.parametrize(
    ("kind", "path", "required"),
    [
        ("AWS::SQS::Queue", "QueueName", False),
        ("AWS::SNS::Topic", "TopicName", False),
        ("AWS::S3::Bucket", "BucketName", False),
        ("AWS::DynamoDB::GlobalTable", "TableName", False),
        ("AWS::IAM::Role", "RoleName", False),
        ("AWS::SSM::Parameter", "Name", False),
        ("AWS::SecretsManager::Secret", "Name", False),
        ("AWS::ECR::Repository", "RepositoryName", False),
        ("AWS::RDS::DBInstance", "DBInstanceIdentifier", False),
        ("AWS::Events::Archive", "ArchiveName", False),
        ("AWS::Events::EventBus", "Name", True),
        ("AWS::KMS::Alias", "AliasName", True),
        ("AWS::SES::EmailIdentity", "EmailIdentity", True),
        ("AWS::CloudFront::Function", "Name", True),
        ("AWS::CloudFront::CachePolicy", "CachePolicyConfig/Name", True),
        ("AWS::ApiGatewayV2::DomainName", "DomainName", True),
    ],
)
def test_a_name_is_found_and_whether_it_must_be_there(kind: str, path: str, required: bool) -> None:
    top, _, inner = path.partition("/")
    properties: dict[str, Any] = {top: {inner: "mine"} if inner else "mine"}

    found = list(own_names({"Type": kind, "Properties": properties}))

    assert found == [Name(path=path, value="mine", required=required)]


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::ApiGatewayV2::Stage", {"ApiId": {"Ref": "Api"}, "StageName": "live"}),
        ("AWS::Cognito::UserPoolGroup", {"UserPoolId": {"Ref": "Pool"}, "GroupName": "staff"}),
        ("AWS::CertificateManager::Certificate", {"DomainName": "www.shop.example"}),
        ("AWS::Lambda::EventSourceMapping", {"FunctionName": {"Ref": "Function"}}),
        ("Custom::Thing", {"Name": "mine"}),
    ],
)
def test_what_is_inside_another_resource_or_no_name_at_all_is_none(
    kind: str, properties: dict[str, Any]
) -> None:
    assert list(own_names({"Type": kind, "Properties": properties})) == []
