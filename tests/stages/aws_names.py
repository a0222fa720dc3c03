"""Names of AWS that lead to the emulator, for programs that know nothing of one.

AWS generates host names for what is deployed. Here nobody answers for them: a proxy, which every
program takes that honours HTTP_PROXY and HTTPS_PROXY, plays their owner, with a certificate that
SSL_CERT_FILE lets it trust. The names that the emulator gives HTTP APIs itself, which many machines
cannot resolve, lead there without TLS.
"""

import contextlib
import datetime
import re
import select
import socket
import ssl
import threading
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HELLO = b"HTTP/1.1 200 Connection established\r\n\r\n"
NOBODY = b"HTTP/1.1 502 Nobody of this name here\r\n\r\n"
END = b"\r\n\r\n"
HOST = re.compile(rb"(?im)^host:[^\r]*")
UPGRADE = re.compile(rb"(?im)^upgrade: *websocket")
CONNECTION = re.compile(rb"(?i)\r\nconnection:[^\r]*")


class NamesOfAws:
    """The names of one account in one region, for the time of a `with` block.

    :param region: whose names they are.
    :param folder: for the certificate.
    """

    def __init__(self, region: str, folder: Path) -> None:
        self._owned = [
            f"*.execute-api.{region}.amazonaws.com",
            f"cognito-idp.{region}.amazonaws.com",
        ]
        self._certificate = folder / "aws-names.pem"
        self._port = self._edge_port = 0

    def __enter__(self) -> "NamesOfAws":
        self._certificate.write_bytes(_certificate([*self._owned, "*.cloudfront.net"]))
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(self._certificate)
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    @property
    def variables(self) -> dict[str, str]:
        """What a program must see in its environment to find them."""
        proxy = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        trusted = dict.fromkeys(("SSL_CERT_FILE", "AWS_CA_BUNDLE"), str(self._certificate))
        return {"HTTPS_PROXY": proxy, **trusted}

    @property
    def variables_of_a_client(self) -> dict[str, str]:
        """The same, and how it finds what the emulator has named."""
        return {**self.variables, "HTTP_PROXY": self.variables["HTTPS_PROXY"]}

    def lead_to(self, port: int, edge_port: int) -> None:
        """Let them lead to the emulator's gateway and to its edge."""
        self._port, self._edge_port = port, edge_port

    def _behind(self, host: str) -> tuple[int, str | None] | None:
        """Return where a name leads, and what it is called there if not the same."""
        _, _, rest = host.partition(".")
        if rest == "cloudfront.net":
            return self._edge_port, None
        if rest.startswith("execute-api."):
            return self._port, None
        return (self._port, f"localhost:{self._port}") if host in self._owned else None

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, caller: socket.socket) -> None:
        with contextlib.ExitStack() as open_, contextlib.suppress(OSError):
            client = open_.enter_context(caller)
            asked = _head(client)
            method, address, _ = asked.split(b" ", 2)
            is_tunnel = method == b"CONNECT"
            url = httpx.URL(f"https://{address.decode()}" if is_tunnel else address.decode())
            behind = self._behind(url.host)
            if behind is None:
                client.sendall(NOBODY)
                return
            if is_tunnel:
                client.sendall(HELLO)
                client = open_.enter_context(self._tls.wrap_socket(client, server_side=True))
                asked = _head(client)
            else:
                asked = asked.replace(address, url.raw_path, 1)
            port, name = behind
            there = open_.enter_context(socket.create_connection(("127.0.0.1", port)))
            there.sendall(_addressed(asked, name))
            _carry(client, there)


def _head(client: socket.socket) -> bytes:
    """Return what a client says until its first request's headers end, or more."""
    said = b""
    while END not in said:
        if not (more := client.recv(65_536)):
            raise ConnectionResetError
        said += more
    return said


def _addressed(asked: bytes, name: str | None) -> bytes:
    """Return a request, for another name if there is one; its answer ends the connection."""
    head, _, body = asked.partition(END)
    if name:
        head = HOST.sub(f"Host: {name}".encode(), head, count=1)
    if not UPGRADE.search(head):
        head = CONNECTION.sub(b"", head) + b"\r\nConnection: close"
    return head + END + body


def _carry(client: socket.socket, there: socket.socket) -> None:
    """Carry bytes both ways until one side has no more to say."""
    while True:
        # TLS may have read more than was asked for, which `select` does not see.
        waits = isinstance(client, ssl.SSLSocket) and client.pending()
        ready = [client] if waits else select.select([client, there], [], [])[0]
        for source, target in ((client, there), (there, client)):
            if source in ready:
                content = _said(source)
                if content == b"":
                    return
                target.sendall(content or b"")


def _said(source: socket.socket) -> bytes | None:
    """Return what is there to read, empty at the end; None if it was only TLS's own business."""
    source.setblocking(False)
    try:
        return source.recv(65_536)
    except (ssl.SSLWantReadError, BlockingIOError):
        return None
    finally:
        source.setblocking(True)


def _certificate(names: list[str]) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "names of AWS in a test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(alternatives, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
