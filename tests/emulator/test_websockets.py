"""A WebSocket API: who may connect, what comes back, what is posted, and the end."""

import json
import socket
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.emulator.support import Aws, eventually, function, received, role
from tools.local.emulator import Emulator

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
        session = aws.client("apigatewaymanagementapi", endpoint=self.url)
        self.connections = session

    @contextmanager
    def connected(self, ticket: str | None = TICKET) -> Iterator[tuple[ClientConnection, str]]:
        """Connect, and give the connection with its id."""
        query = "" if ticket is None else f"?ticket={ticket}"
        url = f"ws://127.0.0.1:{self.aws.port}{self.path}{query}"
        with connect(url, proxy=None, open_timeout=30) as connection:
            connection.send(json.dumps({"action": "ask"}))
            yield connection, json.loads(connection.recv(timeout=20))["connectionId"]

    def heard_of(self, route: str, connection_id: str) -> dict[str, Any]:
        """Wait for an event of `$disconnect` or `report`, and return its context."""
        while True:  # of other connections' too
            context: dict[str, Any] = received(self.aws, self.made["queue"], seconds=20)["body"][
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


@pytest.fixture(scope="module")
def api(aws: Aws) -> Api:
    outputs = {"api": "Api", "queue": "Queue", "routes": "Routes", "authorize": "Authorize"}
    outputs |= {"poster": "Poster", "stranger": "Stranger"}
    made = aws.deploy("push", resources(), **{k: {"Ref": v} for k, v in outputs.items()})
    return Api(aws, made)


def asked(api: Api) -> int:
    return api.log("authorize").count("asked")


def test_who_brings_no_ticket_is_refused_unasked(api: Api) -> None:
    with api.connected():
        before = asked(api)

    with pytest.raises(InvalidStatus) as refused, api.connected(ticket=None):
        pass

    assert refused.value.response.status_code == 401
    assert asked(api) == before > 0


@pytest.mark.parametrize(("ticket", "status"), [("used", 403), ("broken", 500)])
def test_whom_the_authorizer_does_not_let_in_is_refused(api: Api, ticket: str, status: int) -> None:
    with pytest.raises(InvalidStatus) as refused, api.connected(ticket):
        pass

    assert refused.value.response.status_code == status


def test_what_the_authorizer_knows_comes_with_every_event_to_the_last(api: Api) -> None:
    with api.connected() as (connection, connection_id):
        connection.send(json.dumps({"action": "ask"}))
        answer = json.loads(connection.recv(timeout=10))
    end = api.heard_of("$disconnect", connection_id)

    assert answer["authorizer"] == end["authorizer"] == {"userId": "u-7", "principalId": "user"}
    assert (answer["eventType"], end["eventType"]) == ("MESSAGE", "DISCONNECT")


def test_only_a_route_with_a_route_response_answers(api: Api) -> None:
    with api.connected() as (connection, connection_id):
        connection.send(json.dumps({"action": "report"}))
        connection.send(json.dumps({"action": "ask"}))
        first = json.loads(connection.recv(timeout=10))

    assert api.heard_of("report", connection_id)["eventType"] == "MESSAGE"  # it did run
    assert (first["routeKey"], first["connectionId"]) == ("ask", connection_id)


def test_an_error_of_the_function_says_nothing_of_itself_and_is_in_its_log(api: Api) -> None:
    with api.connected() as (connection, connection_id):
        connection.send(json.dumps({"action": "fail"}))
        answer = json.loads(connection.recv(timeout=10))

    assert answer.pop("requestId")
    assert answer == {"message": "Internal server error", "connectionId": connection_id}
    assert eventually(lambda: [line for line in api.log("routes") if "secret of" in line])
    assert "line of CONNECT" in api.log("routes")


def test_a_client_that_goes_without_a_word_is_noticed_and_gone(api: Api) -> None:
    with api.connected() as (connection, connection_id):
        abort = struct.pack("ii", 1, 0)  # close() then sends a TCP reset
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, abort)
        connection.socket.shutdown(socket.SHUT_RD)
        connection.socket.close()
        assert api.heard_of("$disconnect", connection_id)["disconnectStatusCode"] == 1006

    with pytest.raises(api.connections.exceptions.GoneException):
        api.connections.post_to_connection(ConnectionId=connection_id, Data="hello")


def test_posting_to_a_connection_nobody_knows_is_refused_as_gone(api: Api) -> None:
    with pytest.raises(api.connections.exceptions.GoneException) as refused:
        api.connections.post_to_connection(ConnectionId="nobody", Data="hello")

    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 410


def test_what_is_posted_arrives_in_order_up_to_128_kilobytes(api: Api) -> None:
    texts = [f"message {number}" for number in range(100)] + ["x" * 128 * 1024]
    with api.connected() as (connection, connection_id):
        for text in texts:
            api.connections.post_to_connection(ConnectionId=connection_id, Data=text)
        with pytest.raises(api.connections.exceptions.PayloadTooLargeException):
            api.connections.post_to_connection(ConnectionId=connection_id, Data=texts[-1] + "x")
        api.connections.post_to_connection(ConnectionId=connection_id, Data="last")

        assert [connection.recv(timeout=10) for _ in range(102)] == [*texts, "last"]


def test_only_who_may_manage_connections_posts(api: Api) -> None:
    with api.connected() as (connection, connection_id):
        event = {"url": api.url, "connectionId": connection_id, "text": "hello"}
        answers = {
            name: api.aws.client("lambda").invoke(
                FunctionName=api.made[name], Payload=json.dumps(event)
            )
            for name in ("stranger", "poster")
        }
        assert "FunctionError" not in answers["poster"], answers["poster"]["Payload"].read()
        assert connection.recv(timeout=10) == "hello"

    assert "execute-api:ManageConnections" in answers["stranger"]["Payload"].read().decode()


def test_no_log_holds_a_ticket(api: Api, emulator: Emulator) -> None:
    with pytest.raises(InvalidStatus), api.connected("broken"):
        pass
    with api.connected() as (connection, connection_id):
        connection.send(json.dumps({"action": "fail"}))
        connection.recv(timeout=10)
    api.heard_of("$disconnect", connection_id)

    written = emulator.log.read_text()
    assert TICKET not in written
    assert "ticket=" not in written
    assert not [
        line for name in ("routes", "authorize") for line in api.log(name) if TICKET in line
    ]


def test_posting_needs_an_identity(api: Api) -> None:
    client = api.aws.client(
        "apigatewaymanagementapi", "AKIAUNKNOWN000000000", "wrong", endpoint=api.url
    )

    with pytest.raises(ClientError):
        client.post_to_connection(ConnectionId="nobody", Data="hello")


def test_200_connections_at_once_each_get_what_is_theirs(api: Api) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(20) as pool:
        opened = list(pool.map(lambda _: stack.enter_context(api.connected()), range(200)))
        list(
            pool.map(
                lambda one: api.connections.post_to_connection(ConnectionId=one[1], Data=one[1]),
                opened,
            )
        )

        assert [connection.recv(timeout=20) for connection, _ in opened] == [
            connection_id for _, connection_id in opened
        ]
