"""Let callers of an HTTP API in who bring a token of another issuer than our user pool."""

from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs_lib.asked_once import made_in, path_of
from constructs_lib.blocks.cors_rules import HEADER
from constructs_lib.blocks.trusted_issuer import TrustedIssuer
from constructs_lib.primitives import (
    BuildTarget,
    FunctionOptions,
    PythonFunction,
    PythonService,
)

RUNTIME = Path(__file__).parent.parent / "runtime"
REQUIREMENTS = RUNTIME / "token_authorizer" / "requirements.txt"
ALGORITHMS = ("RS256", "ES256")
CLAIMS = ("sub", "iss", "scope")
NEVER = Duration.seconds(0)
FIVE_SECONDS = Duration.seconds(5)
ONE_MINUTE = Duration.minutes(1)
FIVE_MINUTES = Duration.minutes(5)
ONE_HOUR = Duration.hours(1)
ONE_DAY = Duration.days(1)


class TokenAuthorizer(Construct):
    """A Lambda authorizer for JSON Web Tokens (RFC 7519) that issuers sign with keys they show.

    ::

        partners = TokenAuthorizer(
            self, "Partners", issuer="https://login.partner.example", audience="orders"
        )
        api.route("POST /orders", place_order, authorizer=partners.authorizer())

    Where several are trusted, each with its own keys, `iss` says whose token it is, and it is good
    by that one's keys only::

        callers = TokenAuthorizer(
            self, "Callers", issuers=[users.trusted_issuer(), TrustedIssuer(issuer=…, audience=…)]
        )

    A good token comes as `Authorization: Bearer …`, is signed by a key of the issuer which it names
    by `kid`, and has `iss`, `aud`, `sub` and `exp`; `nbf` and `iat` are checked where it has them.
    The function behind the route finds claims in `requestContext.authorizer.lambda`, as text: what
    is no string is JSON. A caller without a token gets 401, one whose token is no good 403. As long
    as the issuer's keys cannot be had, known ones serve for another hour; with none the answer is
    500, because 403 would say something of a token that nobody has looked at.

    API Gateway can verify RS256 tokens of an issuer with OpenID discovery by itself (a JWT
    authorizer), which costs nothing: this block is for the others, and for ES256.

    :param issuer: whose tokens are good; with `audience` and `jwks_url` short for one
        :class:`TrustedIssuer` of these. Default: those of `issuers`.
    :param issuers: whose tokens are good, one or several. Default: that of `issuer`.
    :param algorithms: how tokens may be signed, of RS256 and ES256. Default: both.
    :param claims: what the function behind the route gets of the token. Default: `sub`, `iss`,
        `scope`.
    :param scopes: what a token must allow, one of them at least (`scope` or `scp`). Default:
        nothing; handlers look at `scope` themselves.
    :param header: where the token comes, in another one than `Authorization` bare, without
        `Bearer`. Default: `Authorization`.
    :param clock_skew: how much the issuer's clock may differ, up to 5 minutes. Default: 1 minute.
    :param keys_cache_ttl: how long keys are used before they are fetched again, 1 second to a day:
        so long is a withdrawn key good. A new key is found within ten seconds. Default: 5 minutes.
    :param results_cache_ttl: how long API Gateway remembers what became of a token, up to an hour.
        It saves invocations, but a token it remembers is good beyond its `exp`, and beyond the
        withdrawal of its key. Default: not at all.
    :param target: what the code is built for. Default: Python 3.14 on arm64 in Lambda.
    :param log_retention: how long logs are kept, which never hold a token. Default: that of
        :class:`Defaults`, else three months.
    :param log_removal_policy: what becomes of the logs with the authorizer. Default: that of
        :class:`Defaults`, else kept.
    :param memory_size: of the function, in MiB. Default: 512.
    :param reserved_concurrent_executions: how many may run at once at most. Default: as many as
        the account has to spare.
    :param options: any other of its function, see :class:`FunctionOptions`, such as the `vpc` in
        which the issuer is.
    :raises ValueError: if a value is not one of those allowed.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        issuer: str | None = None,
        audience: str | Sequence[str] = (),
        jwks_url: str | None = None,
        issuers: Sequence[TrustedIssuer] = (),
        algorithms: Sequence[str] = ALGORITHMS,
        claims: Sequence[str] = CLAIMS,
        scopes: Sequence[str] = (),
        header: str = "Authorization",
        clock_skew: Duration = ONE_MINUTE,
        keys_cache_ttl: Duration = FIVE_MINUTES,
        results_cache_ttl: Duration = NEVER,
        target: BuildTarget | None = None,
        log_retention: logs.RetentionDays | None = None,
        log_removal_policy: RemovalPolicy | None = None,
        memory_size: int = 512,
        reserved_concurrent_executions: int | None = None,
        **options: Unpack[FunctionOptions],
    ) -> None:
        super().__init__(scope, id_)
        made_in(scope, id_, self)
        at = f"(at {path_of(self)})"
        trusted = _trusted(issuer, audience, jwks_url, issuers, at)
        if not algorithms or not set(algorithms) <= set(ALGORITHMS):
            raise ValueError(
                f"algorithms must be some of {', '.join(ALGORITHMS)}, got {list(algorithms)} {at}"
            )
        _check_scopes(scopes, at)
        if not HEADER.fullmatch(header):
            raise ValueError(
                f"header must be a header's name, such as 'X-Token', got {header!r} {at}"
            )
        _check_duration("clock_skew", clock_skew, NEVER, FIVE_MINUTES, at)
        _check_duration("keys_cache_ttl", keys_cache_ttl, Duration.seconds(1), ONE_DAY, at)
        _check_duration("results_cache_ttl", results_cache_ttl, NEVER, ONE_HOUR, at)
        service = PythonService(
            name="token_authorizer",
            source=RUNTIME,
            target=target or BuildTarget(),
            log_retention=log_retention,
            log_removal_policy=log_removal_policy,
        )
        to_json = Stack.of(self).to_json_string
        self.function = PythonFunction(
            self,
            "Authorize",
            service=service,
            entry="authorize",
            environment={
                "ISSUERS": to_json([_told(each) for each in trusted]),
                "ALGORITHMS": to_json(list(algorithms)),
                "CLAIMS": to_json(list(claims)),
                "SCOPES": to_json(list(scopes)),
                "HEADER": header,
                "CLOCK_SKEW_SECONDS": str(clock_skew.to_seconds()),
                "KEYS_CACHE_SECONDS": str(keys_cache_ttl.to_seconds()),
            },
            timeout=FIVE_SECONDS,
            layers=[service.layer(self, "TokenAuthorizerDependencies", REQUIREMENTS)],
            memory_size=memory_size,
            reserved_concurrent_executions=reserved_concurrent_executions,
            **options,
        )
        self._identity_source = f"$request.header.{header}"
        self._results_cache_ttl = results_cache_ttl

    def authorizer(self) -> authorizers.HttpLambdaAuthorizer:
        """Return an authorizer for routes of one API: make one for each API."""
        return authorizers.HttpLambdaAuthorizer(
            self.node.id,
            self.function,
            identity_source=[self._identity_source],
            response_types=[authorizers.HttpLambdaResponseType.SIMPLE],
            results_cache_ttl=self._results_cache_ttl,
        )


def _trusted(
    issuer: str | None,
    audience: str | Sequence[str],
    jwks_url: str | None,
    issuers: Sequence[TrustedIssuer],
    at: str,
) -> list[TrustedIssuer]:
    """Return whose tokens are good, however they were named."""
    if issuers and (issuer is not None or audience or jwks_url is not None):
        raise ValueError(
            "issuer, audience and jwks_url are of one issuer: put a TrustedIssuer of them into "
            f"issuers, got both {at}"
        )
    trusted = list(issuers)
    if not trusted:
        if issuer is None:
            raise ValueError(f"issuer must say whose tokens are good, or issuers, got neither {at}")
        try:
            trusted = [TrustedIssuer(issuer=issuer, audience=audience, jwks_url=jwks_url)]
        except ValueError as error:
            raise ValueError(f"{error} {at}") from error
    names = [each.issuer for each in trusted]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(
            f"issuers must be there once each, got {twice!r} twice: name its audiences in one {at}"
        )
    return trusted


def _told(trusted: TrustedIssuer) -> dict[str, object]:
    return {
        "issuer": trusted.issuer,
        "audiences": trusted.audiences,
        "jwksUrl": trusted.keys_url,
        "requires": dict(trusted.requires),
    }


def _check_scopes(scopes: Sequence[str], at: str) -> None:
    if isinstance(scopes, str) or any(" " in scope or not scope for scope in scopes):
        raise ValueError(
            "scopes must be a list of names without spaces, such as ['orders:write'], got "
            f"{scopes!r} {at}"
        )


def _check_duration(name: str, value: Duration, least: Duration, most: Duration, at: str) -> None:
    if not least.to_seconds() <= value.to_seconds() <= most.to_seconds():
        raise ValueError(
            f"{name} must be between {least.to_human_string()} and {most.to_human_string()}, "
            f"got {value.to_human_string()} {at}"
        )
