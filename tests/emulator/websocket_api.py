"""A WebSocket API for the emulator's tests, and its clients."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.emulator.support import Aws, function, received, role
from tests.waiting import PATIENCE

TICKET = "ticket-that-no-log-may-hold"
AUTHORIZE = """
def handler(event, context):
    ticket = event["queryStringParameters"]["ticket"]
    print("asked")
    if ticket == "broken":
        raise RuntimeError("the table is gone")
    effect = "Deny" if ticket == "used" else "Allow"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "user", "policyDocument": policy, "context": {"userId": "u-7"}}
"""
ROUTES = """
import json, os
import boto3

sqs = boto3.client("sqs")

def handler(event, context):
    if event["requestContext"]["routeKey"] == "fail":
        raise ValueError("secret of the inside")
    if event["requestContext"]["routeKey"] in ("$disconnect", "report"):
        sqs.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=json.dumps(event))
    print("line of " + event["requestContext"]["eventType"])
    return {"statusCode": 200, "body": json.dumps(event["requestContext"])}
"""
POST = """
import os
import boto3

def handler(event, context):
    client = boto3.client("apigatewaymanagementapi", endpoint_url=event["url"])
    client.post_to_connection(ConnectionId=event["connectionId"], Data=event["text"])
"""


def resources() -> dict[str, Any]:
    of_api = {"ApiId": {"Ref": "Api"}}

    def route(key: str, **properties: Any) -> dict[str, Any]:
        target = {"Fn::Sub": "integrations/${Integration}"}
        settings = {**of_api, "RouteKey": key, "Target": target, **properties}
        return {"Type": "AWS::ApiGatewayV2::Route", "Properties": settings}

    def invocation(name: str) -> dict[str, Any]:
        path = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"
        return {"Fn::Sub": f"{path}/${{{name}.Arn}}/invocations"}

    queue = {"Variables": {"QUEUE_URL": {"Ref": "Queue"}}}
    strangers = role()
    strangers["Properties"]["Policies"][0]["PolicyName"] = "Strangers"
    may_post = role("execute-api:ManageConnections")
    return {
        "Role": role("sqs:SendMessage"),
        "PosterRole": may_post,
        "StrangerRole": strangers,
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Authorize": function(AUTHORIZE),
        "Routes": function(ROUTES, Environment=queue),
        "Poster": function(POST, Role={"Fn::GetAtt": ["PosterRole", "Arn"]}),
        "Stranger": function(POST, Role={"Fn::GetAtt": ["StrangerRole", "Arn"]}),
        "Api": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {
                "Name": "push",
                "ProtocolType": "WEBSOCKET",
                "RouteSelectionExpression": "$request.body.action",
            },
        },
        "Authorizer": {
            "Type": "AWS::ApiGatewayV2::Authorizer",
            "Properties": {
                **of_api,
                "Name": "tickets",
                "AuthorizerType": "REQUEST",
                "AuthorizerUri": invocation("Authorize"),
                "IdentitySource": ["route.request.querystring.ticket"],
            },
        },
        "Integration": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                **of_api,
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": invocation("Routes"),
            },
        },
        "Connect": route(
            "$connect", AuthorizationType="CUSTOM", AuthorizerId={"Ref": "Authorizer"}
        ),
        "Disconnect": route("$disconnect"),
        "Report": route("report"),
        "Fail": route("fail"),
        "Ask": route("ask", RouteResponseSelectionExpression="$default"),
        "Answer": {
            "Type": "AWS::ApiGatewayV2::RouteResponse",
            "Properties": {**of_api, "RouteId": {"Ref": "Ask"}, "RouteResponseKey": "$default"},
        },
        "Stage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {**of_api, "StageName": "live", "AutoDeploy": True},
        },
    }


class Api:
    """The deployed API."""

    def __init__(self, aws: Aws, made: dict[str, str]) -> None:
        self.aws, self.made = aws, made
        self.path = f"/_aws/execute-api/{made['api']}/live"
        self.url = f"{aws.endpoint}{self.path}"
        self.connections = aws.client("apigatewaymanagementapi", endpoint=self.url)

    @contextmanager
    def connected(self, ticket: str | None = TICKET) -> Iterator[tuple[ClientConnection, str]]:
        """Connect, and give the connection with its id."""
        query = "" if ticket is None else f"?ticket={ticket}"
        url = f"ws://127.0.0.1:{self.aws.port}{self.path}{query}"
        with connect(url, proxy=None, open_timeout=PATIENCE) as connection:
            connection.send(json.dumps({"action": "ask"}))
            yield connection, json.loads(connection.recv(timeout=PATIENCE))["connectionId"]

    def heard_of(self, route: str, connection_id: str) -> dict[str, Any]:
        """Wait for an event of `$disconnect` or `report`, and return its context."""
        while True:  # of other connections' too
            context: dict[str, Any] = received(self.aws, self.made["queue"])["body"][
                "requestContext"
            ]
            if (context["routeKey"], context["connectionId"]) == (route, connection_id):
                return context

    def log(self, name: str) -> list[str]:
        """Return what a function has written so far."""
        found = self.aws.client("logs").filter_log_events(
            logGroupName=f"/aws/lambda/{self.made[name]}"
        )
        return [event["message"].strip() for event in found["events"]]


def deployed(aws: Aws) -> Api:
    outputs = {"api": "Api", "queue": "Queue", "routes": "Routes", "authorize": "Authorize"}
    outputs |= {"poster": "Poster", "stranger": "Stranger"}
    made = aws.deploy("push", resources(), **{k: {"Ref": v} for k, v in outputs.items()})
    return Api(aws, made)
