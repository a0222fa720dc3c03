import json

import pytest
from aws_cdk import Stack, Token
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import PUBLIC, BusinessApi, UserDirectory
from constructs_lib.primitives import PythonFunction, PythonService

SITE = "https://www.example.org"


@pytest.fixture
def api(stack: Stack) -> BusinessApi:
    return BusinessApi(stack, "Api", allow_origins=[SITE])


@pytest.fixture
def function(stack: Stack, service: PythonService) -> PythonFunction:
    return PythonFunction(stack, "PlaceOrder", service=service, entry="place_order")


def test_a_route_reaches_its_function_which_no_other_route_may_invoke(
    stack: Stack, api: BusinessApi, function: PythonFunction
) -> None:
    api.route("GET /orders/{orderId}", function, authorizer=PUBLIC)

    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::ApiGatewayV2::Route",
        {"RouteKey": "GET /orders/{orderId}", "AuthorizationType": "NONE"},
    )
    template.has_resource_properties(
        "AWS::ApiGatewayV2::Integration",
        {"IntegrationUri": stack.resolve(function.function_arn), "PayloadFormatVersion": "2.0"},
    )
    template.has_resource_properties(
        "AWS::Lambda::Permission",
        {
            "SourceArn": {
                "Fn::Join": [
                    "",
                    Match.array_with([Match.string_like_regexp("/\\*/orders/\\{orderId\\}$")]),
                ]
            }
        },
    )


def test_the_contract_s_version_is_the_api_s_and_the_first_one_goes_without_saying(
    stack: Stack,
) -> None:
    BusinessApi(stack, "Old", allow_origins=None)
    BusinessApi(stack, "New", allow_origins=None, version=2)

    apis = Template.from_stack(stack).find_resources("AWS::ApiGatewayV2::Api").values()

    assert [api["Properties"].get("Version") for api in apis] == [None, "2"]
    with pytest.raises(ValueError, match="version must be 1 or more, got 0"):
        BusinessApi(stack, "None", allow_origins=None, version=0)


def test_a_route_with_an_authorizer_lets_only_its_users_in(
    stack: Stack, api: BusinessApi, function: PythonFunction
) -> None:
    users = UserDirectory(stack, "Users")

    api.route("POST /orders", function, authorizer=users.authorizer())

    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::ApiGatewayV2::Route", {"RouteKey": "POST /orders", "AuthorizationType": "JWT"}
    )
    template.has_resource_properties(
        "AWS::ApiGatewayV2::Authorizer",
        {
            "JwtConfiguration": {
                "Audience": [stack.resolve(users.client.user_pool_client_id)],
                "Issuer": Match.any_value(),
            }
        },
    )


def test_only_scripts_of_the_allowed_site_may_call(stack: Stack, api: BusinessApi) -> None:
    Template.from_stack(stack).has_resource_properties(
        "AWS::ApiGatewayV2::Api", {"CorsConfiguration": {"AllowOrigins": [SITE]}}
    )


def test_it_is_throttled_and_logs_each_request_as_json_without_query_or_token(
    stack: Stack, api: BusinessApi
) -> None:
    (stage,) = Template.from_stack(stack).find_resources("AWS::ApiGatewayV2::Stage").values()

    settings = stage["Properties"]
    assert settings["DefaultRouteSettings"] == {
        "ThrottlingBurstLimit": 100,
        "ThrottlingRateLimit": 50,
    }
    logged = json.loads(settings["AccessLogSettings"]["Format"])
    assert logged["requestId"] == "$context.requestId"
    assert not [name for name in logged.values() if "query" in name.lower() or "header" in name]


@pytest.mark.parametrize("origin", ["*", "https://*.example.org", "www.example.org", f"{SITE}/"])
def test_it_refuses_what_is_no_single_origin(stack: Stack, origin: str) -> None:
    with pytest.raises(ValueError, match="allow_origins must hold origins such as"):
        BusinessApi(stack, "Api", allow_origins=[origin])


def test_it_accepts_an_origin_known_only_at_deployment(stack: Stack) -> None:
    BusinessApi(stack, "Api", allow_origins=[Token.as_string({"Ref": "Site"})])

    Template.from_stack(stack).has_resource_properties(
        "AWS::ApiGatewayV2::Api", {"CorsConfiguration": {"AllowOrigins": [{"Ref": "Site"}]}}
    )


@pytest.mark.parametrize(
    "key", ["/orders", "get /orders", "GET orders", "GET /orders/{order-id}", "FETCH /orders", ""]
)
def test_it_refuses_a_key_that_is_no_route(
    api: BusinessApi, function: PythonFunction, key: str
) -> None:
    with pytest.raises(ValueError, match="key must be a method and a path such as 'GET /orders"):
        api.route(key, function, authorizer=PUBLIC)


@pytest.mark.parametrize("key", ["GET /", "PUT /a/{b}/c/{d}", "DELETE /a-b/{c}", "GET /{proxy+}"])
def test_it_takes_every_form_of_route(
    stack: Stack, api: BusinessApi, function: PythonFunction, key: str
) -> None:
    api.route(key, function, authorizer=PUBLIC)

    Template.from_stack(stack).has_resource_properties(
        "AWS::ApiGatewayV2::Route", {"RouteKey": key}
    )


def test_its_server_errors_are_counted_by_the_minute(stack: Stack, api: BusinessApi) -> None:
    metric = api.metric_server_errors()

    assert (metric.metric_name, metric.statistic) == ("5xx", "Sum")
    assert metric.period.to_seconds() == 60
    assert stack.resolve(metric.dimensions) == {"ApiId": stack.resolve(api.http_api.api_id)}


def test_its_url_stands_in_front_of_every_route(stack: Stack, api: BusinessApi) -> None:
    endpoint = {"Fn::GetAtt": [stack.resolve(api.http_api.api_id)["Ref"], "ApiEndpoint"]}

    assert stack.resolve(api.url) == endpoint


def test_an_api_that_no_website_could_call_is_refused(stack: Stack) -> None:
    with pytest.raises(ValueError, match=r"got \[\].*say None if none shall \(at Test/Api\)"):
        BusinessApi(stack, "Api", allow_origins=[])


def test_an_api_for_other_programs_answers_no_websites_question(stack: Stack) -> None:
    BusinessApi(stack, "Api", allow_origins=None)

    Template.from_stack(stack).has_resource_properties(
        "AWS::ApiGatewayV2::Api", {"CorsConfiguration": Match.absent()}
    )


def test_a_route_says_who_may_call_it(api: BusinessApi, function: PythonFunction) -> None:
    with pytest.raises(
        TypeError, match=r"needs an authorizer for 'GET /orders': PUBLIC .*Test/Api"
    ):
        api.route("GET /orders", function)
