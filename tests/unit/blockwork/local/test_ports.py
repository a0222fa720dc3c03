import socket

import pytest

from blockwork.local.errors import LocalStageError
from blockwork.local.ports import check_port, is_free
from tests.conftest import free_port

pytestmark = pytest.mark.usefixtures("socket_enabled")


def listening(port: int = 0) -> socket.socket:
    server = socket.create_server(("127.0.0.1", port))
    server.listen()
    return server


def test_a_taken_port_is_named_with_one_that_is_free() -> None:
    with listening() as server:
        port = server.getsockname()[1]
        with pytest.raises(LocalStageError, match=rf"port {port} is taken") as refused:
            check_port(port)

    suggested = int(str(refused.value).rsplit("PORT=", 1)[1])
    assert suggested != port
    assert all(is_free(suggested + number) for number in range(4))


@pytest.mark.parametrize(
    ("distance", "purpose"),
    [(1, "the website"), (2, "the outside world"), (3, "the mail server")],
)
def test_the_ports_after_it_must_be_free_too(distance: int, purpose: str) -> None:
    first = free_port()
    port = first + distance
    with (
        listening(port),
        pytest.raises(LocalStageError, match=rf"port {port} is taken.* for {purpose}"),
    ):
        check_port(first)


@pytest.mark.parametrize("port", [0, 80, 1023, 65_533, 70_000])
def test_a_port_nobody_could_use_is_refused(port: int) -> None:
    with pytest.raises(LocalStageError, match=f"between 1024 and 65532, got {port}"):
        check_port(port)


def test_each_server_of_the_apps_own_needs_the_next_one() -> None:
    first = free_port()
    with (
        listening(first + 5),
        pytest.raises(LocalStageError, match=rf"port {first + 5} is taken.* for search"),
    ):
        check_port(first, ["cache", "search"])
    with pytest.raises(LocalStageError, match="between 1024 and 65530, got 65531"):
        check_port(65_531, ["cache", "search"])
