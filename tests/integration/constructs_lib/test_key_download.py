"""How an authorizer gets an issuer's keys over HTTP: whole, small, soon, from there alone."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.error import HTTPError

import pytest

from constructs_lib.runtime.token_authorizer.keys import LARGEST_KEY_SET, download

Answer = Callable[[BaseHTTPRequestHandler], None]
over = Event()


def send(content: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(content)

    return answer


def drip(request: BaseHTTPRequestHandler) -> None:
    """Send keys in the end, after more time than anybody should take, and never be silent."""
    request.send_response(200)
    request.end_headers()
    for _ in range(300):
        over.wait(0.1)
        request.wfile.write(b" ")
        request.wfile.flush()
    request.wfile.write(b'{"keys": []}')


def say_nothing(_request: BaseHTTPRequestHandler) -> None:
    over.wait(10)


ANSWERS: dict[str, Answer] = {
    "/keys": send(b'{"keys": []}'),
    "/large": send(b" " * LARGEST_KEY_SET),
    "/too-large": send(b" " * (LARGEST_KEY_SET + 1)),
    "/moved": send(b"", 302, Location="/keys"),
    "/gone": send(b'{"keys": []}', 404),
    "/drip": drip,
    "/silent": say_nothing,
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                ANSWERS[self.path](self)
            except ConnectionError:
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}"
    over.set()
    http.shutdown()
    http.server_close()
    thread.join()


def test_the_keys_come_as_they_are(server: str) -> None:
    assert download(f"{server}/keys") == b'{"keys": []}'


def test_no_other_address_is_gone_to(server: str) -> None:
    with pytest.raises(HTTPError, match="302") as raised:
        download(f"{server}/moved")
    raised.value.close()


def test_an_error_is_no_key_set(server: str) -> None:
    with pytest.raises(HTTPError, match="404") as raised:
        download(f"{server}/gone")
    raised.value.close()


def test_more_than_a_key_set_needs_is_not_read(server: str) -> None:
    assert len(download(f"{server}/large")) == LARGEST_KEY_SET
    with pytest.raises(ValueError, match="a key set may have at most 262144 bytes"):
        download(f"{server}/too-large")


@pytest.mark.parametrize("path", ["/drip", "/silent"])
def test_an_issuer_that_keeps_us_waiting_is_given_up(server: str, path: str) -> None:
    with pytest.raises(TimeoutError):
        download(f"{server}{path}")
