"""Which routes an API takes, and whom each lets in."""

import re

import pytest
from aws_cdk import Stack
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Match, Template
from aws_cdk.aws_apigatewayv2_authorizers import HttpIamAuthorizer

from constructs_lib.blocks import PUBLIC, BusinessApi, UserDirectory

SITE = "https://www.example.org"


@pytest.fixture
def api(stack: Stack) -> BusinessApi:
    return BusinessApi(stack, "Api", allow_origins=[SITE])


@pytest.fixture
def users(stack: Stack) -> UserDirectory:
    return UserDirectory(stack, "Users")


@pytest.mark.parametrize(
    "key",
    [
        "ANY /{proxy+}",
        "ANY /",
        "ANY /files/{path+}",
        "OPTIONS /{proxy+}",
        "POST /orders:search",
        "POST /orders/{orderId}/cancel",
        "GET /.well-known/jwks.json",
    ],
)
def test_a_route_may_be_of_any_method_greedy_or_with_a_verb(
    stack: Stack, api: BusinessApi, plain: lambda_.Function, key: str
) -> None:
    api.route(key, plain, authorizer=PUBLIC)

    Template.from_stack(stack).has_resource_properties(
        "AWS::ApiGatewayV2::Route", {"RouteKey": key}
    )


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (
            "POST /orders/{id}:cancel",
            "a variable for a whole part only, got '{id}:cancel' of 'POST /orders/{id}:cancel': "
            "make the verb a part of its own, '…/{id}/cancel'",
        ),
        ("GET /files/{id}.json", "make the verb a part of its own, '…/{id}/json'"),
        ("GET /a-{id}", "give each variable, of letters, digits and _, a part of its own"),
        ("GET /{a}{b}", "give each variable, of letters, digits and _, a part of its own"),
        ("GET /{path+}/more", "{path+} must be the last part of key, got 'GET /{path+}/more'"),
        ("GET /{id}/of/{id}", "key must name {id} once, got 'GET /{id}/of/{id}'"),
        ("$default", "or 'ANY /{proxy+}' for all that no other route answers"),
        ("TRACE /", "of ANY, DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, got 'TRACE /'"),
        ("GET /orders/", "got 'GET /orders/'"),
        ("GET //", "got 'GET //'"),
        ("GET /a b", "got 'GET /a b'"),
        ("GET /ü", "got 'GET /ü'"),
    ],
)
def test_what_api_gateway_would_refuse_in_a_deployment_is_refused_with_the_way_out(
    api: BusinessApi, plain: lambda_.Function, key: str, message: str
) -> None:
    with pytest.raises(ValueError, match=rf"{re.escape(message)}.*\(at Test/Api\)"):
        api.route(key, plain, authorizer=PUBLIC)


def test_a_function_in_an_image_may_answer(stack: Stack, api: BusinessApi) -> None:
    images = ecr.Repository.from_repository_name(stack, "Images", "orders")
    code = lambda_.DockerImageCode.from_ecr(images, tag_or_digest="1")

    api.route("GET /", lambda_.DockerImageFunction(stack, "Image", code=code), authorizer=PUBLIC)

    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::Permission", {"Principal": "apigateway.amazonaws.com"}
    )


def test_where_a_route_says_nothing_the_apis_own_authorizer_decides(
    stack: Stack, users: UserDirectory, plain: lambda_.Function
) -> None:
    api = BusinessApi(stack, "Api", allow_origins=[SITE], default_authorizer=users.authorizer())

    api.route("GET /orders", plain)
    api.route("GET /prices", plain, authorizer=PUBLIC)

    template = Template.from_stack(stack)
    for key, kind in (("GET /orders", "JWT"), ("GET /prices", "NONE")):
        template.has_resource_properties(
            "AWS::ApiGatewayV2::Route", {"RouteKey": key, "AuthorizationType": kind}
        )


def test_everybody_is_let_in_by_a_route_and_by_no_default(stack: Stack) -> None:
    with pytest.raises(ValueError, match=r"got PUBLIC: say it for each route.*\(at Test/Api\)"):
        BusinessApi(stack, "Api", allow_origins=[SITE], default_authorizer=PUBLIC)


def test_a_token_must_allow_what_the_route_asks_for(
    stack: Stack, api: BusinessApi, users: UserDirectory, plain: lambda_.Function
) -> None:
    api.route(
        "POST /orders", plain, authorizer=users.authorizer(), scopes=["orders/write", "orders/all"]
    )

    Template.from_stack(stack).has_resource_properties(
        "AWS::ApiGatewayV2::Route", {"AuthorizationScopes": ["orders/write", "orders/all"]}
    )


def test_a_route_asks_for_no_scope_unless_told_to(
    stack: Stack, api: BusinessApi, users: UserDirectory, plain: lambda_.Function
) -> None:
    api.route("POST /orders", plain, authorizer=users.authorizer())

    Template.from_stack(stack).has_resource_properties(
        "AWS::ApiGatewayV2::Route", {"AuthorizationScopes": Match.absent()}
    )


@pytest.mark.parametrize(
    ("authorizer", "kind"), [(PUBLIC, "NONE"), (HttpIamAuthorizer(), "AWS_IAM")]
)
def test_scopes_that_nobody_would_look_at_are_refused(
    api: BusinessApi,
    plain: lambda_.Function,
    authorizer: apigatewayv2.IHttpRouteAuthorizer,
    kind: str,
) -> None:
    with pytest.raises(ValueError, match=rf"got \['a/b'\] with an authorizer of type {kind} for"):
        api.route("GET /", plain, authorizer=authorizer, scopes=["a/b"])


@pytest.mark.parametrize("scopes", ["orders/write", ["orders/write orders/read"], [""]])
def test_scopes_that_no_token_could_have_are_refused(
    api: BusinessApi, users: UserDirectory, plain: lambda_.Function, scopes: list[str]
) -> None:
    with pytest.raises(ValueError, match=r"scopes must be a list of names without spaces"):
        api.route("GET /", plain, authorizer=users.authorizer(), scopes=scopes)


def test_a_guarded_route_of_any_method_that_no_browser_could_call_is_refused(
    api: BusinessApi, users: UserDirectory, plain: lambda_.Function
) -> None:
    with pytest.raises(ValueError, match=r"name the methods.* or make route\('OPTIONS /\{all\+\}'"):
        api.route("ANY /{all+}", plain, authorizer=users.authorizer())


def test_a_guarded_route_of_any_method_goes_with_an_open_one_for_browsers_questions(
    stack: Stack, api: BusinessApi, users: UserDirectory, plain: lambda_.Function
) -> None:
    api.route("OPTIONS /{all+}", plain, authorizer=PUBLIC)

    api.route("ANY /{all+}", plain, authorizer=users.authorizer())

    Template.from_stack(stack).has_resource_properties(
        "AWS::ApiGatewayV2::Route", {"RouteKey": "ANY /{all+}", "AuthorizationType": "JWT"}
    )


def test_where_no_browser_calls_a_guarded_route_of_any_method_needs_no_other(
    stack: Stack, users: UserDirectory, plain: lambda_.Function
) -> None:
    api = BusinessApi(stack, "Api", allow_origins=None)

    api.route("ANY /{all+}", plain, authorizer=users.authorizer())

    Template.from_stack(stack).resource_count_is("AWS::ApiGatewayV2::Route", 1)
