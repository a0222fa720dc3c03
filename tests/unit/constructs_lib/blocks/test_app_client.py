import pytest
from aws_cdk import Duration, Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import AppClient, BusinessApi, UserDirectory

EXISTING = "eu-west-2_aBcDeF"


@pytest.fixture
def existing(stack: Stack) -> cognito.IUserPool:
    return cognito.UserPool.from_user_pool_id(stack, "Existing", EXISTING)


def client_has(stack: Stack, properties: dict[str, object]) -> None:
    Template.from_stack(stack).has_resource_properties("AWS::Cognito::UserPoolClient", properties)


def test_an_app_signs_in_with_a_pool_that_exists_and_shows_no_secret(
    stack: Stack, existing: cognito.IUserPool
) -> None:
    AppClient(stack, "Shop", pool=existing)

    template = Template.from_stack(stack)
    template.resource_count_is("AWS::Cognito::UserPool", 0)
    client_has(
        stack,
        {
            "UserPoolId": EXISTING,
            "GenerateSecret": False,
            "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            "PreventUserExistenceErrors": "ENABLED",
            "AllowedOAuthFlows": Match.absent(),
            "WriteAttributes": ["email"],
            "ReadAttributes": Match.absent(),
            "IdTokenValidity": 15,
            "AccessTokenValidity": 15,
            "RefreshTokenValidity": 43_200,
        },
    )


def test_a_route_lets_its_users_in(
    stack: Stack, existing: cognito.IUserPool, plain: lambda_.Function
) -> None:
    shop = AppClient(stack, "Shop", pool=existing)

    BusinessApi(stack, "Api", allow_origins=None).route(
        "GET /", plain, authorizer=shop.authorizer()
    )

    Template.from_stack(stack).has_resource_properties(
        "AWS::ApiGatewayV2::Authorizer",
        {
            "JwtConfiguration": {
                "Audience": [stack.resolve(shop.client.user_pool_client_id)],
                "Issuer": {"Fn::Join": ["", Match.array_with([f".amazonaws.com/{EXISTING}"])]},
            }
        },
    )


def test_a_route_may_let_in_who_comes_by_either_app(stack: Stack, plain: lambda_.Function) -> None:
    users = UserDirectory(stack, "Users")
    phone = AppClient(stack, "Phone", pool=users.pool)

    BusinessApi(stack, "Api", allow_origins=None).route(
        "GET /", plain, authorizer=users.authorizer(phone.client)
    )

    both = [stack.resolve(app.client.user_pool_client_id) for app in (users, phone)]
    Template.from_stack(stack).has_resource_properties(
        "AWS::ApiGatewayV2::Authorizer", {"JwtConfiguration": {"Audience": both}}
    )


def test_it_returns_from_cognitos_pages_to_where_it_says(
    stack: Stack, existing: cognito.IUserPool
) -> None:
    AppClient(stack, "Shop", pool=existing, return_urls=["shop://signed-in"])

    client_has(
        stack,
        {
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid", "email"],
            "CallbackURLs": ["shop://signed-in"],
            "LogoutURLs": ["shop://signed-in"],
        },
    )


def test_what_its_users_read_and_write_and_for_how_long_is_its_own(
    stack: Stack, existing: cognito.IUserPool
) -> None:
    AppClient(
        stack,
        "Shop",
        pool=existing,
        writes=["name", "email"],
        reads=["email", "custom:tenant"],
        token_validity=Duration.hours(1),
        refresh_validity=Duration.hours(8),
        password_sign_in=True,
    )

    client_has(
        stack,
        {
            "WriteAttributes": ["email", "name"],
            "ReadAttributes": ["custom:tenant", "email"],
            "IdTokenValidity": 60,
            "RefreshTokenValidity": 480,
            "ExplicitAuthFlows": Match.array_with(["ALLOW_USER_PASSWORD_AUTH"]),
        },
    )


@pytest.mark.parametrize(
    ("name", "value", "bounds"),
    [
        ("token_validity", Duration.minutes(4), "5 minutes and 1 day, got 4 minutes"),
        ("refresh_validity", Duration.minutes(30), "1 hour and 3650 days, got 30 minutes"),
    ],
)
def test_a_validity_that_cognito_refuses_is_refused(
    stack: Stack, existing: cognito.IUserPool, name: str, value: Duration, bounds: str
) -> None:
    with pytest.raises(ValueError, match=rf"{name} must be between {bounds} \(at Test/Shop\)"):
        AppClient(stack, "Shop", pool=existing, **{name: value})  # type: ignore[arg-type]
