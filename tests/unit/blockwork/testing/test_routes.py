"""Which routes count as public."""

from pathlib import Path
from typing import Any

import pytest

from blockwork.testing import public_routes_of
from tests.unit.blockwork.testing.assemblies import read, write_stack

HTTP = {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}}
SOCKETS = {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "WEBSOCKET"}}
ORDERS = {
    "Type": "AWS::ApiGateway::Resource",
    "Properties": {"PathPart": "orders", "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]}},
}
ORDER = {
    "Type": "AWS::ApiGateway::Resource",
    "Properties": {"PathPart": "{id}", "ParentId": {"Ref": "Orders"}},
}


def route(key: str, **rest: Any) -> dict[str, Any]:
    properties = {"ApiId": {"Ref": "Api"}, "RouteKey": key, **rest}
    return {"Type": "AWS::ApiGatewayV2::Route", "Properties": properties}


def method(verb: str, on: dict[str, Any], **rest: Any) -> dict[str, Any]:
    kind = {"Integration": {"Type": "AWS_PROXY"}, "AuthorizationType": "NONE"}
    properties = {"HttpMethod": verb, "ResourceId": on, **kind, **rest}
    return {"Type": "AWS::ApiGateway::Method", "Properties": properties}


@pytest.mark.parametrize(
    ("resources", "public"),
    [
        ({"Api": HTTP, "It": route("GET /orders")}, ["GET /orders"]),
        ({"Api": HTTP, "It": route("$default", AuthorizationType="NONE")}, ["$default"]),
        ({"Api": HTTP, "It": route("GET /orders", AuthorizationType="JWT")}, []),
        ({"Api": SOCKETS, "It": route("$connect")}, ["$connect"]),
        ({"Api": SOCKETS, "It": route("$connect", AuthorizationType="CUSTOM")}, []),
        ({"Api": SOCKETS, "It": route("resume", AuthorizationType="NONE")}, []),
        ({"Orders": ORDERS, "It": method("GET", {"Ref": "Orders"})}, ["GET /orders"]),
        (
            {"Orders": ORDERS, "Order": ORDER, "It": method("ANY", {"Ref": "Order"})},
            ["ANY /orders/{id}"],
        ),
        ({"It": method("GET", {"Fn::GetAtt": ["Api", "RootResourceId"]})}, ["GET /"]),
        ({"It": method("GET", {"Ref": "Orders"}, AuthorizationType="AWS_IAM")}, []),
        ({"It": method("OPTIONS", {"Ref": "Orders"}, Integration={"Type": "MOCK"})}, []),
        (
            {"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": {}}}},
            ["routes of Api's Body"],
        ),
        (
            {"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Target": "arn"}}},
            ["$default"],
        ),
        (
            {"Url": {"Type": "AWS::Lambda::Url", "Properties": {"AuthType": "NONE"}}},
            ["function URL Url"],
        ),
        ({"Url": {"Type": "AWS::Lambda::Url", "Properties": {"AuthType": "AWS_IAM"}}}, []),
    ],
)
def test_a_route_is_public_that_nothing_guards(
    resources: dict[str, Any], public: list[str], tmp_path: Path
) -> None:
    write_stack(tmp_path / "app", "Shop", resources)

    assert public_routes_of(read(tmp_path / "app")) == ({"Shop": public} if public else {})
