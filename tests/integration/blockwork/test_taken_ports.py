import socket

from blockwork.doctor import settings


def test_a_port_is_taken_while_somebody_listens_on_it() -> None:
    with socket.create_server((settings.HOST, 0)) as server:
        port = server.getsockname()[1]
        assert settings.is_taken(port)
    assert not settings.is_taken(port)
