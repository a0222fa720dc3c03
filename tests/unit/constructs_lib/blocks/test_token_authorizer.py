import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Duration, Stack, Token
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import BusinessApi, TokenAuthorizer, TrustedIssuer, UserDirectory
from constructs_lib.primitives import BuildTarget
from constructs_lib.runtime.token_authorizer.authorize import handler

HERE = BuildTarget.this_machine()
ISSUER = "https://login.partner.example"
PARTNER = TrustedIssuer(issuer=ISSUER, audience="orders")


def variables(stack: Stack) -> dict[str, Any]:
    """Return what the authorizer's function is told."""
    functions = Template.from_stack(stack).find_resources("AWS::Lambda::Function").values()
    (found,) = (item["Properties"]["Environment"]["Variables"] for item in functions)
    return dict(found)


def issuers(stack: Stack) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(variables(stack)["ISSUERS"])
    return found


def test_a_route_asks_the_function_for_every_request(stack: Stack) -> None:
    api = BusinessApi(stack, "Api", allow_origins=None)
    partners = TokenAuthorizer(stack, "Partners", issuer=ISSUER, audience="orders", target=HERE)

    api.route("GET /orders", partners.function, authorizer=partners.authorizer())

    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::ApiGatewayV2::Authorizer",
        {
            "AuthorizerType": "REQUEST",
            "AuthorizerPayloadFormatVersion": "2.0",
            "EnableSimpleResponses": True,
            "IdentitySource": ["$request.header.Authorization"],
            "AuthorizerResultTtlInSeconds": 0,
        },
    )
    template.has_resource_properties("AWS::ApiGatewayV2::Route", {"AuthorizationType": "CUSTOM"})


def test_results_are_remembered_where_that_is_wanted(stack: Stack) -> None:
    api = BusinessApi(stack, "Api", allow_origins=None)
    partners = TokenAuthorizer(
        stack,
        "Partners",
        issuer=ISSUER,
        audience="orders",
        results_cache_ttl=Duration.minutes(2),
        target=HERE,
    )

    api.route("GET /orders", partners.function, authorizer=partners.authorizer())

    Template.from_stack(stack).has_resource_properties(
        "AWS::ApiGatewayV2::Authorizer", {"AuthorizerResultTtlInSeconds": 120}
    )


def test_every_api_of_a_stack_may_have_an_authorizer_of_it(stack: Stack) -> None:
    partners = TokenAuthorizer(stack, "Partners", issuer=ISSUER, audience="orders", target=HERE)

    for name in ("First", "Second"):
        api = BusinessApi(stack, name, allow_origins=None)
        api.route("GET /orders", partners.function, authorizer=partners.authorizer())

    Template.from_stack(stack).resource_count_is("AWS::ApiGatewayV2::Authorizer", 2)


def test_its_packages_are_not_taken_for_those_of_a_service(stack: Stack, tmp_path: Path) -> None:
    # A service's own layer has the id `Dependencies`, one for the whole stack.
    lambda_.LayerVersion(stack, "Dependencies", code=lambda_.Code.from_asset(str(tmp_path)))

    TokenAuthorizer(stack, "Partners", issuer=ISSUER, audience="orders", target=HERE)

    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::Function",
        {"Layers": [{"Ref": Match.string_like_regexp("TokenAuthorizerDependencies")}]},
    )


def test_the_function_finds_all_that_it_reads(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    TokenAuthorizer(stack, "Partners", issuer=ISSUER, audience="orders", target=HERE)
    for name, value in variables(stack).items():
        monkeypatch.setenv(name, value)

    assert handler({"identitySource": ["Bearer x"]}, None) == {"isAuthorized": False}


def test_keys_are_where_issuers_show_them_unless_told_otherwise(stack: Stack) -> None:
    TokenAuthorizer(stack, "Partners", issuer=f"{ISSUER}/", audience="orders", target=HERE)

    (found,) = issuers(stack)
    assert found["issuer"] == "https://login.partner.example/"
    assert found["jwksUrl"] == "https://login.partner.example/.well-known/jwks.json"


def test_several_audiences_and_one_algorithm_reach_the_function(stack: Stack) -> None:
    TokenAuthorizer(
        stack,
        "Partners",
        issuer=ISSUER,
        audience=["orders", "api://a, b"],
        algorithms=["ES256"],
        jwks_url="https://keys.partner.example/all?format=jwks",
        target=HERE,
    )

    (found,) = issuers(stack)
    assert found["audiences"] == ["orders", "api://a, b"]
    assert json.loads(variables(stack)["ALGORITHMS"]) == ["ES256"]
    assert found["jwksUrl"] == "https://keys.partner.example/all?format=jwks"


def test_an_issuer_may_be_known_only_at_deployment(stack: Stack) -> None:
    issuer = Token.as_string({"Ref": "Issuer"})

    TokenAuthorizer(stack, "Partners", issuer=issuer, audience="orders", target=HERE)

    text = variables(stack)["ISSUERS"]["Fn::Join"][1]
    assert [part for part in text if not isinstance(part, str)] == [{"Ref": "Issuer"}] * 2


@pytest.mark.parametrize("url", ["http://localhost:8080", "http://127.0.0.1:8080/realm"])
def test_an_issuer_on_this_machine_needs_no_tls(stack: Stack, url: str) -> None:
    TokenAuthorizer(stack, "Partners", issuer=url, audience="orders", target=HERE)

    assert issuers(stack)[0]["issuer"] == url


def test_scopes_and_another_header_reach_api_gateway_and_the_function(stack: Stack) -> None:
    api = BusinessApi(stack, "Api", allow_origins=None)
    partners = TokenAuthorizer(
        stack,
        "Partners",
        issuer=ISSUER,
        audience="orders",
        scopes=["orders:write"],
        header="X-Token",
        target=HERE,
    )

    api.route("GET /orders", partners.function, authorizer=partners.authorizer())

    found = variables(stack)
    assert (json.loads(found["SCOPES"]), found["HEADER"]) == (["orders:write"], "X-Token")
    Template.from_stack(stack).has_resource_properties(
        "AWS::ApiGatewayV2::Authorizer", {"IdentitySource": ["$request.header.X-Token"]}
    )


def test_its_function_takes_what_functions_take(stack: Stack) -> None:
    TokenAuthorizer(
        stack,
        "Partners",
        issuer=ISSUER,
        audience="orders",
        target=HERE,
        vpc=ec2.Vpc(stack, "Network"),
        description="who may order",
        memory_size=1024,
        reserved_concurrent_executions=5,
    )

    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::Function",
        {
            "VpcConfig": {"SubnetIds": Match.any_value()},
            "Description": "who may order",
            "MemorySize": 1024,
            "ReservedConcurrentExecutions": 5,
        },
    )


def test_several_issuers_reach_the_function_the_own_pool_among_them(stack: Stack) -> None:
    users = UserDirectory(stack, "Users")

    TokenAuthorizer(
        stack,
        "Partners",
        issuers=[users.trusted_issuer(jwks_url="http://localhost:4566/keys"), PARTNER],
        target=HERE,
    )

    text = variables(stack)["ISSUERS"]["Fn::Join"][1]
    said = "".join(part if isinstance(part, str) else "…" for part in text)
    pool, partner = json.loads(said)
    assert pool == {
        "issuer": "https://…",
        "audiences": ["…"],
        "jwksUrl": "http://localhost:4566/keys",
        "requires": {"token_use": "id"},
    }
    assert (partner["issuer"], partner["requires"]) == (ISSUER, {})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"issuer": "http://login.partner.example"}, r"issuer must be an https URL such as .*, or"),
        ({"issuer": "http://localhost.evil.example"}, "issuer must be an https URL"),
        ({"issuer": "login.partner.example"}, "issuer must be an https URL"),
        ({"issuer": "https://me:pw@login.example"}, "without user and fragment, got 'https://me:"),
        ({"issuer": None}, "issuer must say whose tokens are good, or issuers, got neither"),
        ({"issuers": [PARTNER]}, "put a TrustedIssuer of them into issuers, got both"),
        (
            {"issuers": [PARTNER, PARTNER], "issuer": None, "audience": ()},
            f"issuers must be there once each, got '{ISSUER}' twice",
        ),
        ({"jwks_url": "file:///etc/passwd"}, "jwks_url must be an https URL"),
        ({"audience": ""}, "audience must name whom good tokens are for, .* got ''"),
        ({"audience": []}, r"audience must name whom good tokens are for, .* got \[\]"),
        ({"audience": ["orders", ""]}, "audience must name whom"),
        ({"scopes": "orders:write"}, "scopes must be a list of names .* got 'orders:write'"),
        ({"scopes": ["a b"]}, r"scopes must be a list of names .* got \['a b'\]"),
        ({"scopes": [""]}, "scopes must be a list of names"),
        ({"header": "x token"}, "header must be a header's name.*, got 'x token'"),
        ({"memory_size": 64}, "memory_size must be between 128 and 10,240 MiB, got 64"),
        ({"algorithms": []}, r"algorithms must be some of RS256, ES256, got \[\]"),
        ({"algorithms": ["HS256"]}, r"algorithms must be some of .*, got \['HS256'\]"),
        ({"algorithms": "RS256"}, "algorithms must be some of RS256, ES256"),
        (
            {"clock_skew": Duration.minutes(6)},
            "clock_skew must be between 0 seconds and 5 minutes, got 6 minutes",
        ),
        ({"keys_cache_ttl": Duration.seconds(0)}, "keys_cache_ttl must be between 1 second and"),
        ({"results_cache_ttl": Duration.hours(2)}, "results_cache_ttl must be between 0 seconds"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused(
    stack: Stack, arguments: dict[str, Any], message: str
) -> None:
    asked = {"issuer": ISSUER, "audience": "orders", "target": HERE, **arguments}

    with pytest.raises(ValueError, match=rf"{message}.*\(at Test/Partners(/Authorize)?\)"):
        TokenAuthorizer(stack, "Partners", **asked)
