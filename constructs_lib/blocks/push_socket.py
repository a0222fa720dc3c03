"""The WebSocket API of a push channel."""

from collections.abc import Mapping

from aws_cdk import Stack
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.local_endpoints import LIVE

STAGE = LIVE
CONNECTS_A_SECOND = apigatewayv2.ThrottleSettings(rate_limit=500, burst_limit=500)
"""What API Gateway itself lets in (its quotas: "New connections per second")."""


def make_socket_api(
    scope: Construct, functions: Mapping[str, lambda_.IFunction]
) -> tuple[apigatewayv2.WebSocketApi, apigatewayv2.WebSocketStage]:
    """Make an API that only tickets open, and its stage.

    :param functions: `connect`, `disconnect`, `answer` and `authorize`.
    """
    connect, disconnect, answer = (
        integrations.WebSocketLambdaIntegration(name.capitalize(), functions[name])
        for name in ("connect", "disconnect", "answer")
    )
    api = apigatewayv2.WebSocketApi(scope, "Api", api_name=Stack.of(scope).stack_name)
    api.add_route(
        "$connect",
        integration=connect,
        authorizer=authorizers.WebSocketLambdaAuthorizer(
            "Authorizer",
            functions["authorize"],
            identity_source=["route.request.querystring.ticket"],
        ),
    )
    for route in (
        api.add_route("$disconnect", integration=disconnect),
        api.add_route("$default", integration=answer, return_response=True),
    ):
        acknowledge(route, APIG4="only $connect can have an authorizer, and it has one")
    stage = apigatewayv2.WebSocketStage(
        scope,
        "Stage",
        web_socket_api=api,
        stage_name=STAGE,
        auto_deploy=True,
        throttle=CONNECTS_A_SECOND,
    )
    acknowledge(stage, APIG1="its access log needs a role of the account; functions log")
    return api, stage
