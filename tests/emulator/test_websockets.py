"""A WebSocket API: who may connect, what comes back, what is posted, and the end."""

import json
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from blockwork.local.launch import Emulator
from blockwork.local.toolchain import Toolchain
from tests.conftest import free_port
from tests.emulator.support import Aws, eventually
from tests.emulator.websocket_api import TICKET, Api, deployed
from tests.waiting import PATIENCE


@pytest.fixture(scope="module")
def api(aws: Aws) -> Api:
    return deployed(aws)


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


def test_it_also_answers_by_the_name_that_aws_generates_and_no_other_does(
    aws: Aws, api: Api
) -> None:
    def connected_to(api_id: str) -> ClientConnection:
        url = f"ws://{api_id}.execute-api.eu-west-2.amazonaws.com/live?ticket={TICKET}"
        there = socket.create_connection(("127.0.0.1", aws.port))
        return connect(url, sock=there, proxy=None, open_timeout=PATIENCE)

    with connected_to(api.made["api"]) as connection:
        connection.send(json.dumps({"action": "ask"}))
        assert json.loads(connection.recv(timeout=PATIENCE))["stage"] == "live"
    with pytest.raises(InvalidStatus) as refused:
        connected_to("0123abcd")

    assert refused.value.response.status_code == 403


def test_what_the_authorizer_knows_comes_with_every_event_to_the_last(api: Api) -> None:
    with api.connected() as (connection, connection_id):
        connection.send(json.dumps({"action": "ask"}))
        answer = json.loads(connection.recv(timeout=PATIENCE))
    end = api.heard_of("$disconnect", connection_id)

    assert answer["authorizer"] == end["authorizer"] == {"userId": "u-7", "principalId": "user"}
    assert (answer["eventType"], end["eventType"]) == ("MESSAGE", "DISCONNECT")


def test_only_a_route_with_a_route_response_answers(api: Api) -> None:
    with api.connected() as (connection, connection_id):
        connection.send(json.dumps({"action": "report"}))
        connection.send(json.dumps({"action": "ask"}))
        first = json.loads(connection.recv(timeout=PATIENCE))

    assert api.heard_of("report", connection_id)["eventType"] == "MESSAGE"  # it did run
    assert (first["routeKey"], first["connectionId"]) == ("ask", connection_id)


def test_an_error_of_the_function_says_nothing_of_itself_and_is_in_its_log(api: Api) -> None:
    with api.connected() as (connection, connection_id):
        connection.send(json.dumps({"action": "fail"}))
        answer = json.loads(connection.recv(timeout=PATIENCE))

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


@pytest.mark.parametrize("frame", [b'{"action": "report"}', b"\xff\xfe", b""])
def test_a_binary_frame_ends_the_connection_and_reaches_no_route(api: Api, frame: bytes) -> None:
    with api.connected() as (connection, connection_id):
        connection.send(frame)
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=PATIENCE)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1003
    end = api.heard_of("$disconnect", connection_id)
    assert end["disconnectStatusCode"] == 1003
    assert api.log("routes").count("line of MESSAGE") >= 1  # it does run, for text


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

        assert [connection.recv(timeout=PATIENCE) for _ in range(102)] == [*texts, "last"]


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
        assert connection.recv(timeout=PATIENCE) == "hello"

    assert "execute-api:ManageConnections" in answers["stranger"]["Payload"].read().decode()


def test_no_log_holds_a_ticket(api: Api, emulator: Emulator) -> None:
    with pytest.raises(InvalidStatus), api.connected("broken"):
        pass
    with api.connected() as (connection, connection_id):
        connection.send(json.dumps({"action": "fail"}))
        connection.recv(timeout=PATIENCE)
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

        assert [connection.recv(timeout=PATIENCE) for connection, _ in opened] == [
            connection_id for _, connection_id in opened
        ]


def test_an_orderly_stop_ends_connections_first_and_tells_their_function(tmp_path: Path) -> None:
    emulator = Emulator(tmp_path)
    python, port = Toolchain().emulator_environment(), free_port()
    emulator.start(port=port, python=python)
    try:
        api = deployed(Aws(port))
        with api.connected() as (connection, connection_id):
            emulator.stop()
            with pytest.raises(ConnectionClosed):
                connection.recv(timeout=PATIENCE)
        emulator.start(port=port, python=python)

        assert api.heard_of("$disconnect", connection_id)["eventType"] == "DISCONNECT"
    finally:
        emulator.stop()
