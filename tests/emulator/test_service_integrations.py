"""A REST API that calls a service itself: S3, DynamoDB and SNS, as its role."""

from typing import Any

import httpx
import pytest

from tests.emulator.support import Aws

REGION = "eu-west-2"
OVERRIDE = "#set($context.requestOverride.path.key = $input.params('id'))"
NOTE = "#set($text = \"$input.params('id') is kept\")\n$util.base64Encode($text)"
ITEM = '{"TableName": "kept-items", "Item": {"id": {"S": "$input.params(\'id\')"}}}'


def role() -> dict[str, Any]:
    """Return one that may do all of it but delete."""
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    allowed = ["s3:PutObject", "s3:GetObject", "s3:ListBucket", "dynamodb:PutItem", "sns:Publish"]
    statement = {"Effect": "Allow", "Action": allowed, "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{**trust, "Principal": {"Service": "apigateway.amazonaws.com"}}],
            },
            "Policies": [
                {"PolicyName": "Allowed", "PolicyDocument": policy},
            ],
        },
    }


def method(verb: str, uri: str, sent: str, role: str = "Role", **more: Any) -> dict[str, Any]:
    """Return a method of the resource `{id}`, which answers 200, or 404 where it was refused."""
    answers = [
        {"StatusCode": "200", **more.pop("answer", {})},
        {"StatusCode": "404", "SelectionPattern": "4\\d{2}"},
    ]
    return {
        "Type": "AWS::ApiGateway::Method",
        "Properties": {
            "RestApiId": {"Ref": "Api"},
            "ResourceId": {"Ref": "One"},
            "HttpMethod": verb,
            "AuthorizationType": "NONE",
            "MethodResponses": [{"StatusCode": "200"}, {"StatusCode": "404"}],
            "Integration": {
                "Type": "AWS",
                "IntegrationHttpMethod": sent,
                "Uri": f"arn:aws:apigateway:{REGION}:{uri}",
                "Credentials": {"Fn::GetAtt": [role, "Arn"]},
                "IntegrationResponses": answers,
                **more,
            },
        },
    }


@pytest.fixture(scope="module")
def url(aws: Aws) -> str:
    """Where the API is."""
    key = {"integration.request.path.key": "method.request.path.id"}
    topic = {"Fn::Sub": "#set($topic = '${Topic}')Action=Publish&TopicArn=$topic&Message=kept"}
    methods = {
        "Get": method(
            "GET",
            "s3:path/kept-files/{key}",
            "GET",
            RequestTemplates={"application/json": OVERRIDE},
            answer={
                "ResponseParameters": {
                    "method.response.header.ETag": "integration.response.header.ETag"
                }
            },
        ),
        "Put": method(
            "PUT",
            "s3:path/kept-files/{key}",
            "PUT",
            RequestParameters=key,
            RequestTemplates={"application/json": NOTE},
        ),
        "Delete": method("DELETE", "s3:path/kept-files/{key}", "DELETE", RequestParameters=key),
        "Post": method(
            "POST", "dynamodb:action/PutItem", "POST", RequestTemplates={"application/json": ITEM}
        ),
        "Patch": method(
            "PATCH",
            "sns:path//",
            "POST",
            RequestParameters={
                "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"
            },
            RequestTemplates={"application/json": topic},
        ),
        "Head": method("HEAD", "s3:path/kept-files/{key}", "GET", "Other", RequestParameters=key),
    }
    other = {
        **role()["Properties"],
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                }
            ],
        },
    }
    made = aws.deploy(
        "service-integrations",
        {
            "Role": role(),
            "Other": {"Type": "AWS::IAM::Role", "Properties": other},
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "kept"}},
            "One": {
                "Type": "AWS::ApiGateway::Resource",
                "Properties": {
                    "RestApiId": {"Ref": "Api"},
                    "PathPart": "{id}",
                    "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
                },
            },
            **methods,
            "Made": {
                "Type": "AWS::ApiGateway::Deployment",
                "DependsOn": list(methods),
                "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "live"},
            },
        },
        api={"Ref": "Api"},
    )
    aws.client("s3").create_bucket(
        Bucket="kept-files", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    aws.client("dynamodb").create_table(
        TableName="kept-items",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    return f"{aws.endpoint}/restapis/{made['api']}/live/_user_request_"


JSON = {"Content-Type": "application/json"}


def test_an_object_is_written_and_read(aws: Aws, http: httpx.Client, url: str) -> None:
    put = http.put(f"{url}/one", headers=JSON, content=b"{}")
    assert put.status_code == 200, put.text

    kept = aws.client("s3").get_object(Bucket="kept-files", Key="one")
    assert kept["Body"].read() == b"b25lIGlzIGtlcHQ="  # "one is kept"
    answer = http.get(f"{url}/one")
    assert (answer.status_code, answer.text) == (200, "b25lIGlzIGtlcHQ=")
    assert answer.headers["etag"] == kept["ETag"]


def test_bytes_come_as_they_are(aws: Aws, http: httpx.Client, url: str) -> None:
    aws.client("s3").put_object(Bucket="kept-files", Key="picture", Body=b"\x89PNG\xff\x00")

    assert http.get(f"{url}/picture").content == b"\x89PNG\xff\x00"


def test_an_item_is_put(aws: Aws, http: httpx.Client, url: str) -> None:
    put = http.post(f"{url}/two", headers=JSON, content=b"{}")
    assert put.status_code == 200, put.text

    item = aws.client("dynamodb").get_item(TableName="kept-items", Key={"id": {"S": "two"}})
    assert item["Item"] == {"id": {"S": "two"}}


def test_a_topic_is_told(http: httpx.Client, url: str) -> None:
    answer = http.patch(f"{url}/three", headers=JSON, content=b"{}")

    assert answer.status_code == 200, answer.text
    assert "MessageId" in answer.text


def test_what_the_service_refuses_is_mapped_by_its_status(
    aws: Aws, http: httpx.Client, url: str
) -> None:
    assert http.get(f"{url}/missing").status_code == 404

    aws.client("s3").put_object(Bucket="kept-files", Key="safe", Body=b"safe")
    refused = http.delete(f"{url}/safe")  # the role may not
    assert refused.status_code == 404
    assert "s3:DeleteObject" in refused.text
    aws.client("s3").head_object(Bucket="kept-files", Key="safe")


def test_a_role_that_api_gateway_cannot_assume_answers_500(http: httpx.Client, url: str) -> None:
    assert http.head(f"{url}/one").status_code == 500
