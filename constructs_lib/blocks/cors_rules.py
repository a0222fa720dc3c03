"""What scripts of other websites may send to an API, and read of its answers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration, Token
from aws_cdk import aws_apigatewayv2 as apigatewayv2

from constructs_lib.primitives.l2_options import refuse_time_outside

ORIGIN = re.compile(r"https?://[^/*\s]+")
# RFC 9110, section 5.6.2, without the asterisk: it stands for no `Authorization` (Fetch standard,
# "CORS-unsafe request-header names"), and for nothing at all where credentials come along.
HEADER = re.compile(r"[!#$%&'+.^_`|~0-9A-Za-z-]+")
METHODS = (
    apigatewayv2.CorsHttpMethod.GET,
    apigatewayv2.CorsHttpMethod.POST,
    apigatewayv2.CorsHttpMethod.PUT,
    apigatewayv2.CorsHttpMethod.PATCH,
    apigatewayv2.CorsHttpMethod.DELETE,
)
SENT = ("authorization", "content-type", "idempotency-key", "if-match", "x-correlation-id")
# The last one is API Gateway's own, of errors that no function has answered.
READ = ("etag", "location", "retry-after", "x-correlation-id", "apigw-requestid")
ONE_DAY = Duration.days(1)


@dataclass(frozen=True, kw_only=True)
class CorsRules:
    """What a browser lets scripts of allowed websites do with an API (Fetch standard, CORS).

    What there is by default can be added to::

        CorsRules(allow_headers=[*CorsRules.allow_headers, "x-tenant"])

    :param allow_headers: headers of requests. Default: `authorization`, `content-type`,
        `idempotency-key`, `if-match`, `x-correlation-id`.
    :param allow_methods: methods of requests. Default: GET, POST, PUT, PATCH and DELETE; HEAD needs
        no permission.
    :param expose_headers: headers of answers. Default: `etag`, `location`, `retry-after`,
        `x-correlation-id`, `apigw-requestid`.
    :param max_age: how long a browser remembers all this, up to a day; browsers take two hours or
        less at most. Default: 1 day.
    :param allow_credentials: whether requests carry cookies. Default: no; a token in a header is
        none.
    """

    allow_headers: Sequence[str] = SENT
    allow_methods: Sequence[apigatewayv2.CorsHttpMethod] = METHODS
    expose_headers: Sequence[str] = READ
    max_age: Duration = ONE_DAY
    allow_credentials: bool = False

    def preflight(self, origins: Sequence[str], *, at: str) -> apigatewayv2.CorsPreflightOptions:
        """Return these rules for some websites, as the CDK takes them.

        :param origins: such as `https://www.example.org`.
        :param at: the path of the block that asks.
        :raises ValueError: if something of it lets nobody through, or everybody.
        """
        _check_origins(origins, at)
        for name in ("allow_headers", "expose_headers"):
            _check_headers(name, getattr(self, name), at)
        if not self.allow_methods or apigatewayv2.CorsHttpMethod.ANY in self.allow_methods:
            raise ValueError(
                "allow_methods must name the methods, such as CorsHttpMethod.GET, got "
                f"{[method.value for method in self.allow_methods]} (at {at})"
            )
        refuse_time_outside("max_age", self.max_age, 0, 86_400, at)
        return apigatewayv2.CorsPreflightOptions(
            allow_origins=list(origins),
            allow_methods=list(self.allow_methods),
            allow_headers=list(self.allow_headers),
            expose_headers=list(self.expose_headers),
            max_age=self.max_age,
            allow_credentials=self.allow_credentials or None,
        )


def _check_origins(origins: Sequence[str], at: str) -> None:
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


def _check_headers(name: str, headers: Sequence[str], at: str) -> None:
    if isinstance(headers, str):
        raise ValueError(f"{name} must be a list, such as ['x-tenant'], got {headers!r} (at {at})")
    for header in headers:
        if not HEADER.fullmatch(header):
            raise ValueError(
                f"{name} must name each header, such as 'x-tenant': '*' stands for none that "
                f"comes with credentials, got {header!r} (at {at})"
            )
