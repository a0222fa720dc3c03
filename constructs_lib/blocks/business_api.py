"""An HTTP API of one microservice: a function a route, each with its own permissions."""

import json
import re
from collections.abc import Sequence
from typing import cast

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.asked_once import made_in, path_of
from constructs_lib.blocks.cors_rules import CorsRules
from constructs_lib.blocks.route_key import RouteKey, read_route_key
from constructs_lib.defaults import Defaults
from constructs_lib.interfaces import AnyFunction, as_function

# "Use API mappings to connect API stages to a custom domain name" of API Gateway's guide.
BASE_PATH = re.compile(r"(?=.{1,300}\Z)[A-Za-z0-9$_.+!*'()-]+(?:/[A-Za-z0-9$_.+!*'()-]+)*")
MODEST_TRAFFIC = apigatewayv2.ThrottleSettings(rate_limit=50, burst_limit=100)
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

    A path's variable takes the whole part between two slashes; `ANY /{proxy+}` answers all that no
    other route does, but `/` itself. The function behind a domain's base path sees it nowhere in
    `rawPath`.

    :param allow_origins: websites whose scripts may call the API (CORS), such as
        `https://www.example.org`. None: no website's may, which is right where other programs call.
    :param cors: what these scripts may send and read. Default: see :class:`CorsRules`.
    :param default_authorizer: who lets callers in where a route says nothing of it. Default: each
        route has to.
    :param domain: an own host name, such as :class:`ApiDomain` makes, or an imported one. Default:
        the one that API Gateway generates.
    :param base_path: what stands between the host name and the routes, such as `orders`; APIs that
        share a domain have one each. Default: nothing.
    :param keeps_default_endpoint: whether an API with a domain answers under the generated name
        too, past whatever guards the domain. Default: no.
    :param version: of the contract with clients, which `blockwork openapi` writes and compares; a
        higher one lets it break with the one before. Default: 1.
    :param throttle: requests a second and burst, over all routes. Default: 50 and 100.
    :param log_retention: how long access logs are kept. Default: that of :class:`Defaults`, else
        three months.
    :param log_removal_policy: what becomes of the access logs when the API is removed. Default:
        that of :class:`Defaults`, else kept.
    :raises ValueError: if the version is below 1; if there is no origin, or one that is none (RFC
        6454) or stands for every website; if something is said of a domain or of websites where
        there are none; or if the default lets everybody in.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        allow_origins: Sequence[str] | None,
        cors: CorsRules | None = None,
        default_authorizer: apigatewayv2.IHttpRouteAuthorizer | None = None,
        domain: apigatewayv2.IDomainName | None = None,
        base_path: str = "",
        keeps_default_endpoint: bool = False,
        version: int = 1,
        throttle: apigatewayv2.ThrottleSettings = MODEST_TRAFFIC,
        log_retention: logs.RetentionDays | None = None,
        log_removal_policy: RemovalPolicy | None = None,
    ) -> None:
        super().__init__(scope, id_)
        made_in(scope, id_, self)
        if allow_origins is None and cors is not None:
            raise ValueError(
                "cors must be left out where allow_origins is None: no website's scripts may call "
                f"(at {path_of(self)})"
            )
        if isinstance(default_authorizer, apigatewayv2.HttpNoneAuthorizer):
            raise ValueError(
                "default_authorizer must let in some callers only, got PUBLIC: say it for each "
                f"route that everybody may call (at {path_of(self)})"
            )
        _check_base_path(base_path, domain, at=path_of(self))
        if version < 1:
            raise ValueError(f"version must be 1 or more, got {version} (at {path_of(self)})")
        self._answers_preflights = allow_origins is not None
        self._default_authorizer = default_authorizer
        self._keys: set[RouteKey] = set()
        defaults = Defaults.of(self)
        self.access_logs = logs.LogGroup(
            self,
            "AccessLogs",
            retention=defaults.log_retention(log_retention),
            removal_policy=defaults.removal_policy(log_removal_policy),
        )
        self.http_api = apigatewayv2.HttpApi(
            self,
            "HttpApi",
            api_name=Stack.of(self).stack_name,
            create_default_stage=False,
            cors_preflight=(
                None
                if allow_origins is None
                else (cors or CorsRules()).preflight(allow_origins, at=path_of(self))
            ),
            disable_execute_api_endpoint=True if domain and not keeps_default_endpoint else None,
        )
        if version > 1:  # what a template says nothing of is the first one
            api = cast(apigatewayv2.CfnApi, self.http_api.node.default_child)
            api.version = str(version)
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
        self._own_url = f"https://{domain.name}{base_path and f'/{base_path}'}" if domain else None
        if domain:
            apigatewayv2.ApiMapping(
                self,
                "Mapping",
                api=self.http_api,
                stage=self.stage,
                domain_name=domain,
                api_mapping_key=base_path or None,
            )

        self.alarm = self.metric_server_errors().create_alarm(
            self,
            "ServerErrors",
            alarm_description=f"{path_of(self)} answers with errors of its own (5xx)",
            threshold=1,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        defaults.watch(self.alarm)

    def route(
        self,
        key: str,
        function: AnyFunction,
        *,
        authorizer: apigatewayv2.IHttpRouteAuthorizer | None = None,
        scopes: Sequence[str] = (),
    ) -> apigatewayv2.HttpRoute:
        """Answer the requests of a route with a function.

        :param key: method and path, such as `GET /orders/{orderId}` or `ANY /files/{path+}`.
        :param function: what answers, in any language; the API may invoke it for this route only.
        :param authorizer: who lets callers in; `PUBLIC` where everybody may call. Default: the
            API's `default_authorizer`, and without one it must be said.
        :param scopes: what an access token must allow, one of them at least (OAuth 2.0); ID tokens
            have none. For JWT authorizers only. Default: nothing.
        :raises ValueError: if `key` is no route of an HTTP API; if no JWT authorizer could look at
            the scopes; or if no browser could call an `ANY` route, because the authorizer would
            refuse the browser's question (OPTIONS), which never brings a token.
        :raises TypeError: if nothing says who may call.
        """
        route_key = read_route_key(key, at=path_of(self))
        who = authorizer if authorizer is not None else self._default_authorizer
        if who is None:
            raise TypeError(
                f"route needs an authorizer for {key!r}: PUBLIC where everybody may call, or a "
                f"default_authorizer of the API (at {path_of(self)})"
            )
        if route_key.method is apigatewayv2.HttpMethod.ANY and not isinstance(
            who, apigatewayv2.HttpNoneAuthorizer
        ):
            self._check_preflight(route_key.path)
        route = self.http_api.add_routes(
            path=route_key.path,
            methods=[route_key.method],
            integration=integrations.HttpLambdaIntegration(
                f"{key} function", as_function(function)
            ),
            authorizer=who,
            authorization_scopes=list(scopes) or None,
        )[0]
        self._check_scopes(scopes, key, route)
        self._keys.add(route_key)
        if route_key.method is apigatewayv2.HttpMethod.OPTIONS:
            acknowledge(route, APIG4="browsers ask without credentials what they may do (CORS)")
        return route

    @property
    def url(self) -> str:
        """The address in front of every route, without a slash at its end."""
        return self._own_url or self.http_api.api_endpoint

    def metric_server_errors(self) -> cloudwatch.Metric:
        """Answers that were our fault (5xx): the one number to alarm on."""
        return self.http_api.metric_server_error(statistic="Sum", period=Duration.minutes(1))

    def _check_preflight(self, path: str) -> None:
        """Refuse a route whose authorizer would also be asked by browsers that ask about CORS."""
        own = RouteKey(apigatewayv2.HttpMethod.OPTIONS, path)
        if self._answers_preflights and own not in self._keys:
            raise ValueError(
                f"'ANY {path}' with an authorizer also gets what browsers ask before they call "
                "(OPTIONS), which brings no token, and so nobody's scripts get through: name the "
                f"methods in routes of their own, or make route('OPTIONS {path}', …, "
                f"authorizer=PUBLIC) before it (at {path_of(self)})"
            )

    def _check_scopes(self, scopes: Sequence[str], key: str, route: apigatewayv2.HttpRoute) -> None:
        """Refuse scopes that nobody looks at, or that no token can have (RFC 6749, section 3.3)."""
        if not scopes:
            return
        if isinstance(scopes, str) or any(" " in scope or not scope for scope in scopes):
            raise ValueError(
                f"scopes must be a list of names without spaces, such as ['orders/write'], got "
                f"{scopes!r} for {key!r} (at {path_of(self)})"
            )
        kind = cast(apigatewayv2.CfnRoute, route.node.default_child).authorization_type
        if kind != "JWT":
            raise ValueError(
                "scopes are looked at by JWT authorizers only, such as UserDirectory's: say them "
                f"to TokenAuthorizer, or check them in the function, got {list(scopes)} with "
                f"an authorizer of type {kind} for {key!r} (at {path_of(self)})"
            )


def _check_base_path(base_path: str, domain: apigatewayv2.IDomainName | None, *, at: str) -> None:
    if base_path and domain is None:
        raise ValueError(
            f"base_path must be left out without a domain, got {base_path!r}: begin the routes' "
            f"paths with it (at {at})"
        )
    if base_path and not BASE_PATH.fullmatch(base_path):
        raise ValueError(
            "base_path must be up to 300 letters, digits and $-_.+!*'() in parts between slashes, "
            f"such as 'orders' or 'shop/orders', got {base_path!r} (at {at})"
        )
