"""CloudFront on the port after the gateway's."""

from typing import Any

import httpx
import pytest

from tests.emulator.support import Aws

NOT_ALLOWED = "not configured to allow the HTTP request method"
FALLBACK = """
function handler(event) {
  if (event.request.uri.indexOf('.') < 0) event.request.uri = '/index.html';
  return event.request;
}
"""


def site(name: str, alias: str) -> dict[str, Any]:
    behaviour = {
        "TargetOriginId": "bucket",
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        "ResponseHeadersPolicyId": {"Ref": f"{name}Headers"},
    }
    distribution = {"Fn::Sub": f"arn:aws:cloudfront::${{AWS::AccountId}}:distribution/${{{name}}}"}
    return {
        f"{name}Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name.lower()}},
        f"{name}Policy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {
                "Bucket": {"Ref": f"{name}Bucket"},
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "cloudfront.amazonaws.com"},
                            "Action": "s3:GetObject",
                            "Resource": {"Fn::Sub": f"${{{name}Bucket.Arn}}/*"},
                            "Condition": {"StringEquals": {"AWS:SourceArn": distribution}},
                        }
                    ],
                },
            },
        },
        f"{name}Access": {
            "Type": "AWS::CloudFront::OriginAccessControl",
            "Properties": {
                "OriginAccessControlConfig": {
                    "Name": name,
                    "OriginAccessControlOriginType": "s3",
                    "SigningBehavior": "always",
                    "SigningProtocol": "sigv4",
                }
            },
        },
        f"{name}Function": {
            "Type": "AWS::CloudFront::Function",
            "Properties": {
                "Name": name,
                "AutoPublish": True,
                "FunctionCode": FALLBACK,
                "FunctionConfig": {"Comment": "", "Runtime": "cloudfront-js-2.0"},
            },
        },
        f"{name}Headers": {
            "Type": "AWS::CloudFront::ResponseHeadersPolicy",
            "Properties": {
                "ResponseHeadersPolicyConfig": {
                    "Name": name,
                    "SecurityHeadersConfig": {
                        "ContentSecurityPolicy": {
                            "ContentSecurityPolicy": "connect-src http://localhost:4566",
                            "Override": True,
                        }
                    },
                }
            },
        },
        name: {
            "Type": "AWS::CloudFront::Distribution",
            "Properties": {
                "DistributionConfig": {
                    "Enabled": True,
                    "Aliases": [alias],
                    "DefaultRootObject": "index.html",
                    "Origins": [
                        {
                            "Id": "bucket",
                            "DomainName": {"Fn::GetAtt": [f"{name}Bucket", "RegionalDomainName"]},
                            "OriginAccessControlId": {"Ref": f"{name}Access"},
                            "S3OriginConfig": {"OriginAccessIdentity": ""},
                        }
                    ],
                    "DefaultCacheBehavior": {
                        **behaviour,
                        "FunctionAssociations": [
                            {
                                "EventType": "viewer-request",
                                "FunctionARN": {"Fn::GetAtt": [f"{name}Function", "FunctionARN"]},
                            }
                        ],
                    },
                    "CacheBehaviors": [
                        {"PathPattern": "/assets/*", **behaviour},
                        {
                            "PathPattern": "/more/*",
                            "AllowedMethods": ["GET", "HEAD", "OPTIONS"],
                            **behaviour,
                        },
                    ],
                }
            },
        },
    }


@pytest.fixture(scope="module")
def domains(aws: Aws) -> dict[str, str]:
    resources = {**site("First", "first.example"), **site("Second", "second.example")}
    resources["SecondBucket"]["DependsOn"] = "First"
    made = aws.deploy("edge", resources, second={"Fn::GetAtt": ["Second", "DomainName"]})
    for bucket in ("first", "second"):
        aws.client("s3").put_object(
            Bucket=bucket, Key="index.html", Body=bucket.encode(), ContentType="text/html"
        )
    return made


@pytest.mark.usefixtures("domains")
def test_the_first_distribution_answers_without_a_redirect(aws: Aws, http: httpx.Client) -> None:
    answer = http.get(f"{aws.edge}/")

    assert (answer.status_code, answer.text) == (200, "first")
    assert answer.headers["content-type"] == "text/html"
    assert answer.headers["content-security-policy"] == "connect-src http://localhost:4566"


@pytest.mark.usefixtures("domains")
def test_an_alias_chooses_its_distribution(aws: Aws, http: httpx.Client) -> None:
    assert http.get(f"{aws.edge}/", headers={"Host": "second.example"}).text == "second"


def test_a_domain_name_chooses_its_distribution(
    aws: Aws, http: httpx.Client, domains: dict[str, str]
) -> None:
    host = domains["second"].replace("cloudfront.net", f"cloudfront.localhost:{aws.port + 1}")

    assert http.get(f"{aws.edge}/", headers={"Host": host}).text == "second"


@pytest.mark.usefixtures("domains")
def test_functions_run_in_their_own_behaviour_only(aws: Aws, http: httpx.Client) -> None:
    assert http.get(f"{aws.edge}/products/1").text == "first"
    assert http.get(f"{aws.edge}/assets/missing").status_code == 403


@pytest.mark.usefixtures("domains")
def test_head_has_no_body(aws: Aws, http: httpx.Client) -> None:
    answer = http.head(f"{aws.edge}/")

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.usefixtures("domains")
@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/", ("POST", "PUT", "PATCH", "DELETE", "OPTIONS")),
        ("/products/1", ("POST", "OPTIONS")),
        ("/assets/app.js", ("POST", "OPTIONS")),
        ("/more/app.js", ("POST", "DELETE")),
    ],
)
def test_a_method_that_the_behaviour_does_not_allow_is_refused(
    aws: Aws, http: httpx.Client, path: str, methods: tuple[str, ...]
) -> None:
    for method in methods:
        answer = http.request(method, f"{aws.edge}{path}", content=b"{}")

        assert answer.status_code == 403
        assert NOT_ALLOWED in answer.text
        assert answer.headers["content-type"] == "text/html"
        assert answer.headers["x-cache"] == "Error from cloudfront"


@pytest.mark.usefixtures("domains")
@pytest.mark.parametrize("path", ["/", "/products/1", "/assets/app.js", "/more/app.js"])
def test_a_get_with_a_body_is_refused(aws: Aws, http: httpx.Client, path: str) -> None:
    answer = http.request("GET", f"{aws.edge}{path}", content=b"{}")

    assert answer.status_code == 403
    assert "may have no body" in answer.text
    assert answer.headers["x-cache"] == "Error from cloudfront"


@pytest.mark.usefixtures("domains")
def test_a_behaviour_may_allow_more(aws: Aws, http: httpx.Client) -> None:
    for method in ("GET", "OPTIONS"):
        answer = http.request(method, f"{aws.edge}/more/app.js")

        assert NOT_ALLOWED not in answer.text  # the bucket has answered


@pytest.mark.usefixtures("domains")
def test_a_refused_head_has_no_body_either(aws: Aws, http: httpx.Client) -> None:
    answer = http.head(f"{aws.edge}/assets/missing")

    assert (answer.status_code, answer.content) == (403, b"")


@pytest.mark.usefixtures("domains")
def test_the_emulators_own_addresses_are_not_served_there(aws: Aws, http: httpx.Client) -> None:
    assert http.get(f"{aws.edge}/_ministack/health").text == "first"
