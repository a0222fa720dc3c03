"""Two APIs behind one host name of ours, and the routes that catch all: driven over HTTP."""

import httpx
import pytest
from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_route53 as route53
from aws_cdk.aws_apigatewayv2 import CorsHttpMethod

from constructs_lib.blocks import PUBLIC, ApiDomain, BusinessApi, CorsRules
from tests.emulator.support import Aws
from tests.emulator.synthesised import deploy_constructs

NAME = "api.doors.example"
ECHO = """
import json
def handler(event, context):
    seen = {name: event[name] for name in ("routeKey", "rawPath")}
    return {"statusCode": 200, "body": json.dumps(seen | {"of": event.get("pathParameters")})}
"""


@pytest.fixture(scope="module")
def made(aws: Aws) -> dict[str, str]:
    def build(stack: Stack) -> None:
        zone = route53.HostedZone(stack, "Zone", zone_name="doors.example")
        certificate = acm.Certificate(
            stack,
            "Certificate",
            domain_name=NAME,
            validation=acm.CertificateValidation.from_dns(zone),
        )
        domain = ApiDomain(stack, "Domain", name=NAME, certificate=certificate, zone=zone)
        echo = lambda_.Function(
            stack,
            "Echo",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline(ECHO),
        )
        for name, path in (("Orders", "orders"), ("Invoices", "finance/invoices")):
            api = BusinessApi(
                stack,
                name,
                allow_origins=[aws.site],
                cors=CorsRules(
                    allow_methods=[CorsHttpMethod.GET],
                    allow_headers=["x-tenant"],
                    allow_credentials=True,
                ),
                domain=domain.domain_name,
                base_path=path,
                keeps_default_endpoint=name == "Invoices",
                log_removal_policy=RemovalPolicy.DESTROY,
            )
            for key in ("ANY /{all+}", "GET /lines/{line}", "POST /lines:search"):
                api.route(key, echo, authorizer=PUBLIC)
            CfnOutput(stack, f"{name}Url", value=api.url)
            CfnOutput(stack, f"{name}Id", value=api.http_api.api_id)

    return deploy_constructs(aws, "api-domain", build)


def ask(
    aws: Aws, http: httpx.Client, url: str, method: str = "GET", **headers: str
) -> httpx.Response:
    """Ask as if the name led to the emulator."""
    there = url.replace(f"https://{NAME}", aws.endpoint)
    return http.request(method, there, headers={"Host": NAME, **headers})


@pytest.mark.parametrize("api", ["OrdersUrl", "InvoicesUrl"])
@pytest.mark.parametrize(
    ("method", "path", "route", "of"),
    [
        ("GET", "/lines/7", "GET /lines/{line}", {"line": "7"}),
        ("DELETE", "/lines/7", "ANY /{all+}", {"all": "lines/7"}),
        ("PATCH", "/any/thing", "ANY /{all+}", {"all": "any/thing"}),
        ("POST", "/lines:search", "POST /lines:search", None),
    ],
)
def test_each_api_answers_under_its_base_path_by_the_most_specific_route(
    aws: Aws,
    http: httpx.Client,
    made: dict[str, str],
    api: str,
    method: str,
    path: str,
    route: str,
    of: dict[str, str] | None,
) -> None:
    answer = ask(aws, http, f"{made[api]}{path}", method)

    assert answer.json() == {"routeKey": route, "rawPath": path, "of": of}


def test_a_path_of_no_api_is_nobodys(aws: Aws, http: httpx.Client, made: dict[str, str]) -> None:
    assert ask(aws, http, f"https://{NAME}/payments/1").status_code in (403, 404)


@pytest.mark.parametrize(("api", "status"), [("OrdersId", 404), ("InvoicesId", 200)])
def test_nobody_comes_in_by_a_generated_name_that_is_not_kept(
    aws: Aws, http: httpx.Client, made: dict[str, str], api: str, status: int
) -> None:
    answer = http.get(f"{aws.endpoint}/_aws/execute-api/{made[api]}/$default/lines/7")

    assert answer.status_code == status


def test_browsers_are_told_the_rules_of_the_api(
    aws: Aws, http: httpx.Client, made: dict[str, str]
) -> None:
    answer = ask(
        aws,
        http,
        f"{made['OrdersUrl']}/lines/7",
        "OPTIONS",
        **{"Origin": aws.site, "Access-Control-Request-Method": "GET"},
    )

    assert answer.headers["access-control-allow-methods"] == "GET"
    assert answer.headers["access-control-allow-headers"] == "x-tenant"
    assert answer.headers["access-control-allow-credentials"] == "true"


def test_the_zone_leads_to_api_gateway(aws: Aws, made: dict[str, str]) -> None:
    route53 = aws.client("route53")
    zones = route53.list_hosted_zones_by_name(DNSName="doors.example")["HostedZones"]
    records = route53.list_resource_record_sets(HostedZoneId=zones[0]["Id"])["ResourceRecordSets"]

    (address,) = [record for record in records if record["Type"] == "A"]
    assert address["Name"] == f"{NAME}."
    assert ".execute-api." in address["AliasTarget"]["DNSName"]
