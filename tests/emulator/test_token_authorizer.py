"""An API whose callers bring tokens of an issuer on this machine, driven over HTTP."""

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import jwt
import pytest
from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack

from constructs_lib.blocks import BusinessApi, TokenAuthorizer
from constructs_lib.primitives import BuildTarget, PythonFunction, PythonService
from tests.conftest import free_port
from tests.emulator.support import Aws, eventually
from tests.emulator.synthesised import deploy_constructs
from tests.issuer import AUDIENCE, Key, ec_key, forged, good_claims, key_set, rsa_key

RSA, EC = rsa_key("rsa-1"), ec_key("ec-1")
CACHE_SECONDS = 2
ECHO = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event["requestContext"]["authorizer"]["lambda"])}
"""


class KeyServer:
    """Shows the public keys of an issuer, unless it is down."""

    def __init__(self, keys: list[Key]) -> None:
        self.keys = keys
        self.is_down = False
        self.asked = 0
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked += 1
                good = self.path == "/.well-known/jwks.json" and not server.is_down
                self.send_response(200 if good else 503)
                self.end_headers()
                self.wfile.write(key_set(server.keys) if good else b"")

            def log_message(self, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"


@contextmanager
def serving(keys: list[Key]) -> Iterator[KeyServer]:
    server = KeyServer(keys)
    thread = Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.http.shutdown()
    server.http.server_close()
    thread.join()


@pytest.fixture(scope="module")
def issuer() -> Iterator[KeyServer]:
    with serving([RSA, EC]) as server:
        yield server


@dataclass(frozen=True)
class Api:
    """The test API; `GET /lonely` is guarded by an issuer whose keys were never seen."""

    url: str
    log_group: str
    issuer: KeyServer
    nobody: str
    http: httpx.Client

    def ask(self, token: str | None, path: str = "/orders") -> httpx.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return self.http.get(f"{self.url}{path}", headers=headers)

    def sign(self, *without: str, key: Key = RSA, **changes: object) -> str:
        return key.sign(good_claims(*without, **{"iss": self.issuer.url, **changes}))


@pytest.fixture(scope="module")
def api(
    aws: Aws,
    http: httpx.Client,
    issuer: KeyServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Api:
    source = tmp_path_factory.mktemp("src")
    nobody = f"http://127.0.0.1:{free_port()}"

    def build(stack: Stack) -> None:
        orders = BusinessApi(
            stack, "Api", allow_origins=None, log_removal_policy=RemovalPolicy.DESTROY
        )
        echo = echo_function(stack, source)
        for id_, key, url, scopes, header in (
            ("Partners", "GET /orders", issuer.url, [], "Authorization"),
            ("Nobody", "GET /lonely", nobody, [], "Authorization"),
            ("Cancellers", "GET /cancelled", issuer.url, ["orders:cancel"], "X-Token"),
        ):
            authorizer = TokenAuthorizer(
                stack,
                id_,
                issuer=url,
                audience=AUDIENCE,
                keys_cache_ttl=Duration.seconds(CACHE_SECONDS),
                target=BuildTarget.this_machine(),
                log_removal_policy=RemovalPolicy.DESTROY,
                scopes=scopes,
                header=header,
            )
            orders.route(key, echo, authorizer=authorizer.authorizer())
            CfnOutput(stack, f"{id_}Logs", value=authorizer.function.log_group.log_group_name)
        CfnOutput(stack, "ApiId", value=orders.http_api.api_id)

    made = deploy_constructs(aws, "token-authorizer", build)
    url = f"{aws.endpoint}/_aws/execute-api/{made['ApiId']}/$default"
    return Api(url, made["PartnersLogs"], issuer, nobody, http)


def echo_function(stack: Stack, source: Path) -> PythonFunction:
    (source / "echo").mkdir()
    (source / "echo" / "answer.py").write_text(ECHO)
    service = PythonService(
        name="echo",
        source=source,
        target=BuildTarget.this_machine(),
        log_removal_policy=RemovalPolicy.DESTROY,
    )
    return PythonFunction(stack, "Echo", service=service, entry="answer")


@pytest.mark.parametrize("key", [RSA, EC], ids=["RS256", "ES256"])
def test_a_good_token_reaches_the_function_with_its_claims(api: Api, key: Key) -> None:
    answer = api.ask(api.sign(key=key))

    assert answer.status_code == 200
    assert answer.json() == {"sub": "partner-7", "iss": api.issuer.url, "scope": "orders:write"}


def tampered(api: Api) -> str:
    header, _, signature = api.sign().split(".")
    return f"{header}.{api.sign(sub='somebody-else').split('.')[1]}.{signature}"


def signed_with_the_public_key(api: Api) -> str:
    claims = good_claims(iss=api.issuer.url)
    unsigned = forged({"alg": "HS256", "kid": RSA.kid}, claims).rstrip(".")
    mac = hmac.new(RSA.public_pem, unsigned.encode(), hashlib.sha256).digest()
    return f"{unsigned}.{jwt.utils.base64url_encode(mac).decode()}"


BAD: dict[str, Callable[[Api], str]] = {
    "a forged signature": lambda api: rsa_key("theirs").sign(
        good_claims(iss=api.issuer.url), headers={"kid": RSA.kid}
    ),
    "a changed payload": tampered,
    "an end in the past": lambda api: api.sign(exp=int(time.time()) - 90),
    "a beginning in the future": lambda api: api.sign(nbf=int(time.time()) + 90),
    "another issuer": lambda api: api.sign(iss="https://elsewhere.example"),
    "another audience": lambda api: api.sign(aud="invoices"),
    "no end": lambda api: api.sign("exp"),
    "no subject": lambda api: api.sign("sub"),
    "an algorithm of none": lambda api: forged(
        {"alg": "none", "kid": RSA.kid}, good_claims(iss=api.issuer.url)
    ),
    "the public key as a secret": signed_with_the_public_key,
    "a key id nobody knows": lambda api: api.sign(key=rsa_key("theirs")),
    "no form": lambda api: "let-me-in",
}


@pytest.mark.parametrize("make", BAD.values(), ids=BAD.keys())
def test_a_token_is_refused_that_has(api: Api, make: Callable[[Api], str]) -> None:
    answer = api.ask(make(api))

    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


def test_a_caller_without_a_token_is_told_to_bring_one(api: Api) -> None:
    assert api.ask(None).status_code == 401


def test_a_new_key_is_good_without_a_deployment_and_a_withdrawn_one_is_not(api: Api) -> None:
    new = ec_key("ec-2")
    assert api.ask(api.sign()).status_code == 200

    api.issuer.keys = [EC, new]

    eventually(lambda: api.ask(api.sign(key=new)).status_code == 200)
    eventually(lambda: api.ask(api.sign()).status_code == 403)
    assert api.ask(api.sign(key=EC)).status_code == 200
    api.issuer.keys = [RSA, EC]
    eventually(lambda: api.ask(api.sign()).status_code == 200)


def test_unknown_keys_do_not_become_a_flood_at_the_issuer(api: Api) -> None:
    api.ask(api.sign())
    before, started = api.issuer.asked, time.monotonic()

    for number in range(20):
        api.ask(api.sign(key=ec_key(f"unknown-{number % 4}")))

    allowed = 1 + (time.monotonic() - started) / CACHE_SECONDS
    assert api.issuer.asked - before <= allowed


def test_known_keys_serve_while_the_issuer_is_down(api: Api) -> None:
    assert api.ask(api.sign()).status_code == 200
    api.issuer.is_down = True
    before = api.issuer.asked
    try:
        time.sleep(CACHE_SECONDS + 0.1)
        assert api.ask(api.sign()).status_code == 200
        assert api.issuer.asked > before
    finally:
        api.issuer.is_down = False


def test_without_any_key_the_fault_is_ours_and_not_the_tokens(api: Api) -> None:
    assert api.ask(api.sign(iss=api.nobody), "/lonely").status_code == 500


def test_the_log_tells_why_and_holds_nothing_of_a_token(aws: Aws, api: Api) -> None:
    tokens = [
        api.sign(),
        api.sign(exp=int(time.time()) - 90, sub="ada-4711"),
        api.sign(aud="x"),
    ]
    for token in tokens:
        api.ask(token)

    def log() -> str:
        events = aws.client("logs").filter_log_events(logGroupName=api.log_group)["events"]
        return "\n".join(event["message"] for event in events)

    eventually(lambda: "refused: InvalidAudienceError" in log())
    assert "refused: ExpiredSignatureError (key id: rsa-1)" in log()
    said = log()
    assert not [part for token in tokens for part in token.split(".") if part in said]
    assert not [claim for claim in ("ada-4711", "partner-7", "orders:write") if claim in said]


@pytest.mark.parametrize(
    ("scope", "header", "status"),
    [
        ("orders:write orders:cancel", "X-Token", 200),
        ("orders:write", "X-Token", 403),
        ("orders:cancel", "Authorization", 401),
    ],
)
def test_an_authorizer_may_ask_for_a_scope_and_have_a_header_of_its_own(
    api: Api, scope: str, header: str, status: int
) -> None:
    token = api.sign(scope=scope)

    answer = api.http.get(f"{api.url}/cancelled", headers={header: token})

    assert answer.status_code == status
