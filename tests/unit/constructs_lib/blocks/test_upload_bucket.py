"""An upload bucket's bounds, who may do what with it, and what it takes for an arrival."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import Duration, Stack, Token
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import GUARD_DUTY, FailureChain, UploadBucket
from tests.unit.constructs_lib.blocks.function_of import environment, may

Uploads = Callable[..., UploadBucket]


@pytest.fixture
def uploads(stack: Stack) -> Uploads:
    def make(**changed: Any) -> UploadBucket:
        said = {
            "origins": ["https://shop.example"],
            "largest": 1000,
            "content_types": ["text/csv"],
        }
        return UploadBucket(stack, "Uploads", **{**said, **changed})

    return make


def test_pages_of_the_origins_alone_may_post(stack: Stack, uploads: Uploads) -> None:
    uploads(origins=["https://shop.example", "http://localhost:8080"])

    Template.from_stack(stack).has_resource_properties(
        "AWS::S3::Bucket",
        {
            "CorsConfiguration": {
                "CorsRules": [
                    {
                        "AllowedHeaders": ["*"],
                        "AllowedMethods": ["POST"],
                        "AllowedOrigins": ["https://shop.example", "http://localhost:8080"],
                    }
                ]
            }
        },
    )


def test_files_go_after_their_time_and_what_was_abandoned_before(
    stack: Stack, uploads: Uploads
) -> None:
    uploads(keep=Duration.days(2), prefix="in/")

    rules = Match.array_with(
        [
            Match.object_like({"AbortIncompleteMultipartUpload": Match.any_value()}),
            {"ExpirationInDays": 2, "Prefix": "in/", "Status": "Enabled"},
        ]
    )
    Template.from_stack(stack).has_resource_properties(
        "AWS::S3::Bucket", {"LifecycleConfiguration": {"Rules": rules}}
    )


def test_who_offers_is_told_the_bounds_and_may_put_under_the_prefix(
    stack: Stack, uploads: Uploads, plain: lambda_.Function
) -> None:
    made = uploads(prefix="in/", offer_for=Duration.minutes(2))

    made.let_offer(plain)

    told = environment(stack)
    assert told["UPLOADS_BUCKET"] == stack.resolve(made.bucket.bucket_name)
    assert json.loads(told["UPLOADS_RULES"]) == {
        "contentTypes": ["text/csv"],
        "largest": 1000,
        "prefix": "in/",
        "seconds": 120,
    }
    may(stack, "s3:PutObject", stack.resolve(made.bucket.arn_for_objects("in/*")))


def test_who_reads_may_read_under_the_prefix(
    stack: Stack, uploads: Uploads, plain: lambda_.Function
) -> None:
    made = uploads()

    made.let_read(plain)

    may(stack, "s3:GetObject", stack.resolve(made.bucket.arn_for_objects("uploads/*")))


def test_who_deletes_may_delete_under_the_prefix(
    stack: Stack, uploads: Uploads, plain: lambda_.Function
) -> None:
    made = uploads()

    made.let_delete(plain)

    assert environment(stack)["UPLOADS_BUCKET"] == stack.resolve(made.bucket.bucket_name)
    may(stack, "s3:DeleteObject", stack.resolve(made.bucket.arn_for_objects("uploads/*")))


def test_where_there_is_a_scan_only_what_it_found_good_can_be_read(
    stack: Stack, uploads: Uploads
) -> None:
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))

    uploads(scan=GUARD_DUTY).grant_read(role).assert_success()

    good = {"s3:ExistingObjectTag/GuardDutyMalwareScanStatus": "NO_THREATS_FOUND"}
    statement = {"Action": "s3:GetObject", "Condition": {"StringEquals": good}}
    Template.from_stack(stack).has_resource_properties(
        "AWS::IAM::Policy",
        {"PolicyDocument": {"Statement": [Match.object_like(statement)]}},
    )


@pytest.mark.parametrize("scanned", [False, True])
def test_an_arrival_is_an_object_under_the_prefix_or_what_a_scan_found_good(
    stack: Stack, uploads: Uploads, plain: lambda_.Function, scanned: bool
) -> None:
    made = uploads(scan=GUARD_DUTY if scanned else None)
    made.subscribe(stack, "OnUpload", function=plain, failures=FailureChain(stack, "Failures"))

    name, under = [stack.resolve(made.bucket.bucket_name)], [{"prefix": "uploads/"}]
    plainly = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": name}, "object": {"key": under}},
    }
    after_a_scan = {
        "source": ["aws.guardduty"],
        "detail-type": ["GuardDuty Malware Protection Object Scan Result"],
        "detail": {
            "s3ObjectDetails": {"bucketName": name, "objectKey": under},
            "scanResultDetails": {"scanResultStatus": ["NO_THREATS_FOUND"]},
        },
    }
    Template.from_stack(stack).has_resource_properties(
        "AWS::Events::Rule", {"EventPattern": after_a_scan if scanned else plainly}
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"origins": []}, r"origins must list .* at least, got \[\]"),
        ({"origins": "https://shop.example"}, "origins must list"),
        ({"origins": ["*"]}, r"origins must be .*, got '\*'"),
        ({"origins": ["http://shop.example"]}, "origins must be"),
        ({"origins": ["https://shop.example/"]}, "origins must be"),
        ({"content_types": []}, "content_types must list"),
        ({"content_types": ["csv"]}, "content_types must be a type such as text/csv, got 'csv'"),
        ({"prefix": ""}, "prefix must be folders such as uploads/, got ''"),
        ({"prefix": "/in/"}, "prefix must be folders"),
        ({"prefix": "in"}, "prefix must be folders"),
        ({"largest": 0}, "largest must be between 1 and 5,368,709,120 bytes, got 0"),
        ({"largest": 5 * 1024**3 + 1}, "largest must be between"),
        ({"offer_for": Duration.seconds(59)}, "offer_for must be between 1 minute and 1 hour"),
        ({"offer_for": Duration.minutes(61)}, "offer_for must be between"),
        ({"keep": Duration.hours(23)}, "keep must be between 1 day"),
        ({"keep": Duration.hours(36)}, "keep must be whole days, .*, got 1 day 12 hours"),
    ],
)
def test_bounds_that_s3_could_not_keep_are_refused(
    uploads: Uploads, changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=rf"{message}.*\(at Test/Uploads\)"):
        uploads(**changed)


def test_an_origin_that_is_known_at_deployment_is_let_through(uploads: Uploads) -> None:
    uploads(origins=[Token.as_string({"Ref": "Address"})])
