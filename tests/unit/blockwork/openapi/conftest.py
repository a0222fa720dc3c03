"""An assembly as `cdk synth` writes one, of an app that shares nothing with this repository."""

import json
from pathlib import Path
from typing import Any

import pytest

ORDER = '''
"""{key}: one order.

Only its buyer sees it.
"""

import re
from decimal import Decimal
from typing import Annotated, ClassVar, NotRequired, TypedDict

import msgspec
from blockwork.runtime.bodies import read_body
from blockwork.runtime.demands import demands_permission
from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.idempotency_keys import required_idempotency_key
from blockwork.runtime.paging import read_page_query
from blockwork.runtime.preconditions import seen_by, telling_what_is_there
from blockwork.runtime.problems import ProblemError


class Amount(Decimal):
    """What it costs."""

    JSON_SCHEMA: ClassVar = {{"pattern": re.compile("[0-9]+")}}


class OrderBody(msgspec.Struct):
    total: Amount = Amount("1")


class OrderView(TypedDict):
    """An order."""

    orderId: str
    note: NotRequired[str]


class UnknownOrderError(Exception):
    """There is no such order."""


@demands_permission("{{action}}:orders")
def may(user: object, action: str) -> None: ...


def shown(_: object) -> Response[OrderView]:
    return Response.ok({{"orderId": "o"}}, version="1")


def refuse(request: Request) -> None:
    if request.headers.get("x-shop") is None:
        raise ProblemError(429, "too many")


class Checks:
    def check(self, request: Request) -> None:
        self._really(request)

    def _really(self, request: Request) -> None:
        request.query["colour"]
        raise ProblemError(409, "taken")


def get_order(request: Request, *, checks: Checks) -> Response[OrderView]:
    """Answer 200 with the order.

    :param checks: nobody's business.
    """
    may(None, "read")
    request.path_id("orderId")
    read_page_query(request, of="x", signer=None, largest=7)
    checks.check(request)
    refuse(request)
    return shown(None)


def print_order(request: Request) -> Response[OrderView] | Response[str]:
    """Answer 200 as who asks likes it best."""
    if request.headers["accept"] == "text/csv":
        return Response(status=200, body="o", content_type="text/csv; charset=utf-8")
    return Response.page("<p>o") if request.query.get("page") else shown(None)


def put_order(request: Request) -> Response[OrderView]:
    required_idempotency_key(request, of_each="order")
    read_body(request, OrderBody)
    with telling_what_is_there(lambda there: shown(there)):
        seen_by(request)
    return Response.created({{"orderId": "o"}}, location="./o")


get = http_handler(get_order, errors={{UnknownOrderError: 404}}, checks=Checks)
put = http_handler(put_order)
printed = http_handler(print_order, problem_page=lambda problem, correlation_id: "<p>no")


def plain(event, context):
    return {{}}
'''


def function(handler: str, asset: str, **more: Any) -> dict[str, Any]:
    said = {"Handler": handler, "Runtime": "python3.13", "Code": {"S3Key": f"{asset}.zip"}}
    return {"Type": "AWS::Lambda::Function", "Properties": said | more}


def get_att(id_: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [id_, "Arn"]}


def template(**properties: Any) -> dict[str, Any]:
    resources: dict[str, Any] = {
        "ApiHttpApi12345678": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {"ProtocolType": "HTTP", **properties},
        },
        "Sockets": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "WEBSOCKET"}},
        "Jwt": {
            "Type": "AWS::ApiGatewayV2::Authorizer",
            "Properties": {"Name": "Users", "AuthorizerType": "JWT"},
        },
        "Keys": {
            "Type": "AWS::ApiGatewayV2::Authorizer",
            "Properties": {
                "Name": "Keys",
                "AuthorizerType": "REQUEST",
                "IdentitySource": ["$request.header.X-Api-Key"],
            },
        },
        "Get": function("orders.get", "a" * 8, Environment={"Variables": {"T": {"Ref": "Table"}}}),
        "GetAlias": {
            "Type": "AWS::Lambda::Alias",
            "Properties": {"FunctionName": {"Ref": "Get"}, "Name": "live"},
        },
        "Put": function("orders.put", "b" * 8),
        "Print": function("orders.printed", "a" * 8),
        "Plain": function("orders.plain", "a" * 8),
        "Broken": function("nowhere.handler", "a" * 8),
    }
    routes = {
        "GET /orders/{orderId}": ("GetAlias", "JWT", "Jwt"),
        "PUT /orders": ("Put", "CUSTOM", "Keys"),
        "GET /orders/{orderId}/print": ("Print", "NONE", None),
        "ANY /files/{path+}": ("Plain", "AWS_IAM", None),
        "$default": ("Broken", "NONE", None),
    }
    for number, (key, (target, kind, authorizer)) in enumerate(routes.items()):
        uri = {"Ref": target} if target == "GetAlias" else get_att(target)
        resources[f"I{number}"] = {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {"IntegrationUri": uri},
        }
        resources[f"R{number}"] = {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                "ApiId": {"Ref": "ApiHttpApi12345678"},
                "RouteKey": key,
                "AuthorizationType": kind,
                **({"AuthorizerId": {"Ref": authorizer}} if authorizer else {}),
                **({"AuthorizationScopes": ["orders.read"]} if kind == "JWT" else {}),
                "Target": {"Fn::Join": ["/", ["integrations", {"Ref": f"I{number}"}]]},
            },
        }
    return {"Description": "Orders of a shop", "Resources": resources}


def write_assembly(folder: Path, **properties: Any) -> Path:
    """Write the assembly of a shop's orders.

    :param properties: of its API, besides its protocol.
    """
    assets = {"a" * 8: "GET /orders/{orderId}", "b" * 8: "PUT /orders"}
    for asset, key in assets.items():
        bundle = folder / f"asset.{asset}"
        bundle.mkdir(parents=True, exist_ok=True)
        (bundle / "orders.py").write_text(ORDER.format(key=key).lstrip())
    files = {asset: {"source": {"path": f"asset.{asset}"}} for asset in assets}
    (folder / "Prod-Orders.assets.json").write_text(json.dumps({"files": files}))
    (folder / "Prod-Orders.template.json").write_text(json.dumps(template(**properties)))
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": "Prod-Orders.template.json"},
    }
    (folder / "manifest.json").write_text(
        json.dumps({"version": "55.0.0", "artifacts": {"Prod-Orders": stack}})
    )
    return folder


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_assembly(tmp_path_factory.mktemp("assembly"))
