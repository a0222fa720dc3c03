"""A request that is refused before all of it has come does not spoil its connection."""

import socket
import time

import pytest

from tests.emulator.support import Aws
from tests.waiting import PATIENCE

REFUSED = "POST /_ministack/reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n"
REFUSED_BY_THE_DOOR = "POST / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 2\r\n\r\n"
NEXT = "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"


@pytest.fixture
def connection(aws: Aws, at: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", aws.port + at), timeout=PATIENCE)


def everything(connection: socket.socket) -> bytes:
    with connection:
        return b"".join(iter(lambda: connection.recv(65_536), b"")).lower()


@pytest.mark.parametrize(
    ("at", "refused"), [(0, REFUSED), (0, REFUSED_BY_THE_DOOR), (1, REFUSED_BY_THE_DOOR)]
)
def test_the_next_request_is_answered_though_the_body_came_late(
    connection: socket.socket, refused: str
) -> None:
    connection.sendall(refused.encode())
    time.sleep(0.1)  # the answer is ready by now

    connection.sendall(b"{}" + NEXT.encode())

    assert everything(connection).count(b"http/1.1 40") == 2


@pytest.mark.parametrize("at", [0])
def test_a_client_whose_body_never_comes_is_told_that_the_connection_ends(
    connection: socket.socket,
) -> None:
    connection.sendall(REFUSED_BY_THE_DOOR.encode())

    answer = everything(connection)

    assert answer.startswith(b"http/1.1 403")
    assert b"\r\nconnection: close\r\n" in answer
