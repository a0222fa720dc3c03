from typing import Any

import pytest
from aws_cdk import Duration, Stack
from aws_cdk.assertions import Match, Template
from aws_cdk.aws_apigatewayv2 import CorsHttpMethod

from constructs_lib.blocks import BusinessApi, CorsRules

SITE = "https://www.example.org"


def test_without_rules_scripts_may_send_and_read_what_our_apis_know(stack: Stack) -> None:
    BusinessApi(stack, "Api", allow_origins=[SITE])

    Template.from_stack(stack).has_resource_properties(
        "AWS::ApiGatewayV2::Api",
        {
            "CorsConfiguration": {
                "AllowOrigins": [SITE],
                "AllowMethods": ["GET", "POST", "PUT", "PATCH", "DELETE"],
                "AllowHeaders": Match.array_with(["authorization", "content-type", "if-match"]),
                "ExposeHeaders": Match.array_with(["etag", "apigw-requestid"]),
                "MaxAge": 86_400,
                "AllowCredentials": Match.absent(),
            }
        },
    )


def test_each_of_them_can_be_another(stack: Stack) -> None:
    BusinessApi(
        stack,
        "Api",
        allow_origins=[SITE],
        cors=CorsRules(
            allow_headers=[*CorsRules.allow_headers, "x-tenant"],
            allow_methods=[CorsHttpMethod.GET],
            expose_headers=["x-total"],
            max_age=Duration.minutes(10),
            allow_credentials=True,
        ),
    )

    Template.from_stack(stack).has_resource_properties(
        "AWS::ApiGatewayV2::Api",
        {
            "CorsConfiguration": {
                "AllowMethods": ["GET"],
                "AllowHeaders": [*CorsRules.allow_headers, "x-tenant"],
                "ExposeHeaders": ["x-total"],
                "MaxAge": 600,
                "AllowCredentials": True,
            }
        },
    )


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"allow_headers": ["*"]}, r"allow_headers must name each header.* got '\*'"),
        ({"expose_headers": ["a b"]}, "expose_headers must name each header.* got 'a b'"),
        ({"allow_headers": "x-tenant"}, "allow_headers must be a list.* got 'x-tenant'"),
        ({"allow_methods": []}, r"allow_methods must name the methods.* got \[\]"),
        ({"allow_methods": [CorsHttpMethod.ANY]}, r"allow_methods must name.* got \['ANY'\]"),
        (
            {"max_age": Duration.days(2)},
            "max_age must be between 0 seconds and 1 day, got 2 days",
        ),
    ],
)
def test_what_lets_nobody_or_everybody_through_is_refused(
    stack: Stack, rules: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=rf"{message}.*\(at Test/Api\)"):
        BusinessApi(stack, "Api", allow_origins=[SITE], cors=CorsRules(**rules))


def test_rules_for_no_website_are_refused(stack: Stack) -> None:
    with pytest.raises(ValueError, match=r"cors must be left out where allow_origins is None"):
        BusinessApi(stack, "Api", allow_origins=None, cors=CorsRules())
