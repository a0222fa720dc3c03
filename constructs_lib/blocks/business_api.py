"""An HTTP API of one microservice: a function a route, each with its own permissions."""

import json
import re
from collections.abc import Sequence
from typing import cast

from aws_cdk import Duration, RemovalPolicy, Stack, Token
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

ROUTE_KEY = re.compile(
    r"(?P<method>GET|POST|PUT|PATCH|DELETE|HEAD) "
    r"(?P<path>/|(?=.)(?:/[A-Za-z0-9._~-]+|/\{\w+\})*(?:/\{\w+\+\})?)"
)
ORIGIN = re.compile(r"https?://[^/*\s]+")
MODEST_TRAFFIC = apigatewayv2.ThrottleSettings(rate_limit=50, burst_limit=100)
ONE_DAY = Duration.days(1)
PUBLIC: apigatewayv2.IHttpRouteAuthorizer = apigatewayv2.HttpNoneAuthorizer()
"""The authorizer of a route that everybody may call."""
ACCESS_LOG_FIELDS = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "routeKey": "$context.routeKey",
    "status": "$context.status",
    "latencyMs": "$context.responseLatency",
    "integrationLatencyMs": "$context.integrationLatency",
    "integrationError": "$context.integrationErrorMessage",
    "authorizerError": "$context.authorizer.error",
    "responseLength": "$context.responseLength",
    "sourceIp": "$context.identity.sourceIp",
    "userAgent": "$context.identity.userAgent",
}
"""One JSON line a request, without a token or a query string."""


class BusinessApi(Construct):
    """An HTTP API that is built route by route, throttled, logged, watched, open to one website.

    ::

        api = BusinessApi(self, "Api", allow_origins=["https://www.example.org"])
        api.route("GET /prices", list_prices, authorizer=PUBLIC)
        api.route("POST /orders", place_order, authorizer=users.authorizer())

    :param allow_origins: websites whose scripts may call the API (CORS), such as
        `https://www.example.org`. None: no website's may, which is right where other programs call.
    :param throttle: requests a second and burst, over all routes. Default: 50 and 100.
    :param log_retention: how long access logs are kept. Default: three months.
    :param log_removal_policy: what becomes of the access logs when the API is removed. Default:
        kept.
    :raises ValueError: if there is no origin, or one that is none (RFC 6454) or stands for every
        website.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        allow_origins: Sequence[str] | None,
        throttle: apigatewayv2.ThrottleSettings = MODEST_TRAFFIC,
        log_retention: logs.RetentionDays = logs.RetentionDays.THREE_MONTHS,
        log_removal_policy: RemovalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    ) -> None:
        super().__init__(scope, id_)
        if allow_origins is not None:
            _check_origins(allow_origins, at=self.node.path)
        self.access_logs = logs.LogGroup(
            self, "AccessLogs", retention=log_retention, removal_policy=log_removal_policy
        )
        self.http_api = apigatewayv2.HttpApi(
            self,
            "HttpApi",
            api_name=Stack.of(self).stack_name,
            create_default_stage=False,
            cors_preflight=None if allow_origins is None else _cors(allow_origins),
        )
        self.stage = apigatewayv2.HttpStage(
            self,
            "Stage",
            http_api=self.http_api,
            auto_deploy=True,
            throttle=throttle,
        )
        cfn_stage = cast(apigatewayv2.CfnStage, self.stage.node.default_child)
        cfn_stage.access_log_settings = apigatewayv2.CfnStage.AccessLogSettingsProperty(
            destination_arn=self.access_logs.log_group_arn, format=json.dumps(ACCESS_LOG_FIELDS)
        )

        self.alarm = self.metric_server_errors().create_alarm(
            self,
            "ServerErrors",
            alarm_description=f"{self.node.path} answers with errors of its own (5xx)",
            threshold=1,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def route(
        self,
        key: str,
        function: lambda_.IFunction,
        *,
        authorizer: apigatewayv2.IHttpRouteAuthorizer,
    ) -> apigatewayv2.HttpRoute:
        """Answer the requests of a route with a function.

        :param key: method and path, such as `GET /orders/{orderId}`.
        :param function: what answers; the API may invoke it for this route only.
        :param authorizer: who lets callers in; `PUBLIC` where everybody may call.
        :raises ValueError: if `key` is no route of an HTTP API.
        """
        parts = ROUTE_KEY.fullmatch(key)
        if parts is None:
            raise ValueError(
                "key must be a method and a path such as 'GET /orders/{orderId}', "
                f"got {key!r} (at {self.node.path})"
            )
        return self.http_api.add_routes(
            path=parts["path"],
            methods=[apigatewayv2.HttpMethod[parts["method"]]],
            integration=integrations.HttpLambdaIntegration(f"{key} function", function),
            authorizer=authorizer,
        )[0]

    @property
    def url(self) -> str:
        """The address in front of every route, without a slash at its end."""
        return self.http_api.api_endpoint

    def metric_server_errors(self) -> cloudwatch.Metric:
        """Answers that were our fault (5xx): the one number to alarm on."""
        return self.http_api.metric_server_error(statistic="Sum", period=Duration.minutes(1))


def _check_origins(origins: Sequence[str], *, at: str) -> None:
    if not origins:
        raise ValueError(
            "allow_origins must name a website at least, such as ['https://www.example.org'], got "
            f"[], by which no browser's call gets through: say None if none shall (at {at})"
        )
    for origin in origins:
        if not Token.is_unresolved(origin) and not ORIGIN.fullmatch(origin):
            raise ValueError(
                "allow_origins must hold origins such as 'https://www.example.org', without a "
                f"path and without a wildcard, got {origin!r} (at {at})"
            )


def _cors(origins: Sequence[str]) -> apigatewayv2.CorsPreflightOptions:
    return apigatewayv2.CorsPreflightOptions(
        allow_origins=list(origins),
        allow_methods=[
            apigatewayv2.CorsHttpMethod.GET,
            apigatewayv2.CorsHttpMethod.POST,
            apigatewayv2.CorsHttpMethod.PUT,
            apigatewayv2.CorsHttpMethod.PATCH,
            apigatewayv2.CorsHttpMethod.DELETE,
        ],
        allow_headers=[
            "authorization",
            "content-type",
            "idempotency-key",
            "if-match",
            "x-correlation-id",
        ],
        # The last one is API Gateway's own, of errors that no function has answered.
        expose_headers=[
            "etag",
            "location",
            "retry-after",
            "x-correlation-id",
            "apigw-requestid",
        ],
        max_age=ONE_DAY,
    )
