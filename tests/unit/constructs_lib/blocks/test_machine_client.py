import json
import re

import pytest
from aws_cdk import Duration, Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import BusinessApi, MachineClient, UserDirectory

WRITE = cognito.ResourceServerScope(scope_name="write", scope_description="place orders")


@pytest.fixture
def users(stack: Stack) -> UserDirectory:
    return UserDirectory(stack, "Users", domain_prefix="example-orders")


@pytest.fixture
def write(users: UserDirectory) -> cognito.OAuthScope:
    server = users.pool.add_resource_server("Orders", identifier="orders", scopes=[WRITE])
    return cognito.OAuthScope.resource_server(server, WRITE)


def test_a_program_gets_tokens_for_its_scopes_and_no_users(
    stack: Stack, users: UserDirectory, write: cognito.OAuthScope
) -> None:
    MachineClient(stack, "Partner", pool=users.pool, scopes=[write])

    Template.from_stack(stack).has_resource_properties(
        "AWS::Cognito::UserPoolClient",
        {
            "GenerateSecret": True,
            "AllowedOAuthFlows": ["client_credentials"],
            "AllowedOAuthFlowsUserPoolClient": True,
            "AllowedOAuthScopes": [stack.resolve(write.scope_name)],
            "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
            "CallbackURLs": Match.absent(),
            "AccessTokenValidity": 60,
        },
    )


def test_its_secret_is_in_no_template(
    stack: Stack, users: UserDirectory, write: cognito.OAuthScope
) -> None:
    MachineClient(stack, "Partner", pool=users.pool, scopes=[write])

    template = Template.from_stack(stack)
    template.resource_count_is("AWS::SecretsManager::Secret", 0)
    assert "ClientSecret" not in json.dumps(template.to_json())


def test_a_copy_of_its_secret_is_a_reference(
    stack: Stack, users: UserDirectory, write: cognito.OAuthScope, plain: lambda_.Function
) -> None:
    partner = MachineClient(stack, "Partner", pool=users.pool, scopes=[write])

    partner.keep_secret().grant_read(plain)

    client_id = stack.resolve(partner.client.user_pool_client_id)
    secret = {"Fn::GetAtt": [client_id["Ref"], "ClientSecret"]}
    Template.from_stack(stack).has_resource(
        "AWS::SecretsManager::Secret",
        {
            "DeletionPolicy": "Delete",
            "Properties": {
                "SecretString": {
                    "Fn::Join": [
                        "",
                        ['{"clientId":"', client_id, '","clientSecret":"', secret, '"}'],
                    ]
                }
            },
        },
    )


def test_a_route_lets_users_and_the_program_in(
    stack: Stack, users: UserDirectory, write: cognito.OAuthScope, plain: lambda_.Function
) -> None:
    partner = MachineClient(stack, "Partner", pool=users.pool, scopes=[write])
    api = BusinessApi(stack, "Api", allow_origins=None)

    api.route(
        "POST /orders",
        plain,
        authorizer=users.authorizer(partner.client),
        scopes=["orders/write"],
    )
    api.route("GET /orders", plain, authorizer=partner.authorizer(), scopes=["orders/write"])

    template = Template.from_stack(stack)
    ids = [stack.resolve(each.client.user_pool_client_id) for each in (users, partner)]
    for audience in (ids, ids[1:]):
        template.has_resource_properties(
            "AWS::ApiGatewayV2::Authorizer", {"JwtConfiguration": {"Audience": audience}}
        )


def test_a_pool_that_exists_has_its_domain_elsewhere(stack: Stack) -> None:
    pool = cognito.UserPool.from_user_pool_id(stack, "Existing", "eu-west-2_aBcDeF")

    MachineClient(stack, "Partner", pool=pool, scopes=[cognito.OAuthScope.custom("orders/write")])

    Template.from_stack(stack).has_resource_properties(
        "AWS::Cognito::UserPoolClient", {"AllowedOAuthScopes": ["orders/write"]}
    )


def test_a_pool_where_nobody_could_get_a_token_is_refused(stack: Stack) -> None:
    pool = UserDirectory(stack, "Users").pool

    with pytest.raises(ValueError, match=r"got Test/Users/Pool without: .*\(at Test/Partner\)"):
        MachineClient(
            stack, "Partner", pool=pool, scopes=[cognito.OAuthScope.custom("orders/write")]
        )


@pytest.mark.parametrize(
    ("scopes", "shown"), [([], "[]"), ([cognito.OAuthScope.OPENID], "['openid']")]
)
def test_scopes_that_no_program_gets_are_refused(
    stack: Stack, users: UserDirectory, scopes: list[cognito.OAuthScope], shown: str
) -> None:
    with pytest.raises(ValueError, match=rf"got {re.escape(shown)} \(at Test/Partner\)"):
        MachineClient(stack, "Partner", pool=users.pool, scopes=scopes)


def test_a_validity_that_cognito_refuses_is_refused(
    stack: Stack, users: UserDirectory, write: cognito.OAuthScope
) -> None:
    with pytest.raises(ValueError, match=r"between 5 minutes and 1 day, got 2 days \(at Test/P"):
        MachineClient(
            stack,
            "Partner",
            pool=users.pool,
            scopes=[write],
            token_validity=Duration.days(2),
        )
