"""Who may speak to the local stage's four ports: no page but the website's, under no odd name."""

import json
import smtplib
import socket

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.emulator.support import Aws, presigned
from tests.emulator.test_edge_listener import site
from tests.waiting import PATIENCE

PAGES = (
    "https://evil.example",
    "http://localhost",
    "http://localhost:3000",
    "http://localhost:{site}.evil.example",
    "http://evil.example:{site}",
    "https://localhost:{site}",
    "http://notlocalhost:{site}",
    "http://localhost:{api}",
    "http://localhost:{world}",
    "chrome-extension://abcdefgh",
    "null",
    "",
)
NAMES = (
    "evil.example:{port}",
    "localhost.evil.example:{port}",
    "evil.example",
    "notlocalhost:{port}",
    "localhost:1",
    "localhost:{port}@evil.example",
    "localhost.:{port}",
    "0.0.0.0:{port}",
    "127.0.0.1.nip.example:{port}",
    "d111111abcdef8.cloudfront.net",
)
DOOR = {"Host": "www.door.example"}
A_TAB = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@pytest.fixture(scope="module")
def ports(aws: Aws) -> dict[str, int]:
    """The three that speak HTTP; each serves something at /."""
    aws.deploy("front-door", site("Door", "www.door.example"))
    aws.client("s3").put_object(Bucket="door", Key="index.html", Body=b"page")
    return {"api": aws.port, "site": aws.port + 1, "world": aws.port + 2}


@pytest.fixture(params=["api", "site", "world"])
def url(request: pytest.FixtureRequest, ports: dict[str, int]) -> str:
    path = {"api": "/_ministack/health", "site": "/", "world": "/health"}[request.param]
    return f"http://127.0.0.1:{ports[request.param]}{path}"


def raw(port: int, text: str) -> bytes:
    """Send bytes, and return all that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(text.encode())
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def queues(aws: Aws) -> list[str]:
    found: list[str] = (
        aws.client("sqs").list_queues(QueueNamePrefix="smuggled").get("QueueUrls", [])
    )
    return found


@pytest.mark.parametrize("origin", PAGES)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
def test_a_page_of_another_origin_is_refused(
    http: httpx.Client, ports: dict[str, int], url: str, method: str, origin: str
) -> None:
    headers = {"Origin": origin.format(**ports), "Access-Control-Request-Method": "PUT"}

    answer = http.request(method, url, headers=headers)

    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    "sent",
    [
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
        {"Referer": "https://evil.example/page"},
        {"Referer": "about:blank"},
    ],
)
def test_nor_does_a_page_get_through_that_sends_no_origin(
    http: httpx.Client, url: str, sent: dict[str, str]
) -> None:
    assert http.get(url, headers=sent).status_code == 403


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_only_leads_here_is_refused(http: httpx.Client, url: str, name: str) -> None:
    host = name.format(port=httpx.URL(url).port)

    assert http.get(url, headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("head", ["GET {url} HTTP/1.1\r\nHost: localhost", "GET / HTTP/1.0"])
def test_a_request_says_where_it_goes_in_one_way_only(url: str, head: str) -> None:
    """An absolute target would overrule Host (RFC 9112, 3.2.2)."""
    there = httpx.URL(url)

    answer = raw(there.port or 0, head.format(url=url) + "\r\nConnection: close\r\n\r\n")

    assert answer.split(b" ")[1] == b"403"


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]", "any.localhost", "LOCALHOST"])
def test_this_machines_own_names_are_served(http: httpx.Client, url: str, name: str) -> None:
    for host in (name, f"{name}:{httpx.URL(url).port}"):
        assert http.get(url, headers={"Host": host}).status_code == 200


def test_names_of_what_is_deployed_are_served(
    aws: Aws, http: httpx.Client, ports: dict[str, int]
) -> None:
    domain = {
        "Type": "AWS::ApiGatewayV2::DomainName",
        "Properties": {"DomainName": "api.door.example"},
    }
    health = f"{aws.endpoint}/_ministack/health"
    named = {"Host": "api.door.example"}
    assert http.get(health, headers=named).status_code == 403

    aws.deploy("front-door-domain", {"Domain": domain})

    assert http.get(health, headers=named).status_code == 200
    assert http.get(f"{aws.edge}/", headers=DOOR).text == "page"
    page = {"Origin": "https://www.door.example"}
    assert http.get(health, headers=page).status_code == 200


def test_the_websites_pages_may_call_and_read(
    aws: Aws, http: httpx.Client, ports: dict[str, int]
) -> None:
    pool = aws.client("cognito-idp").create_user_pool(PoolName="door")["UserPool"]["Id"]
    keys = f"{aws.endpoint}/{pool}/.well-known/jwks.json"
    asked = {"Origin": aws.site, "Access-Control-Request-Method": "POST"}

    for answer in (http.options(aws.endpoint, headers=asked), http.get(keys, headers=asked)):
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == aws.site
        assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-origin" not in http.get(keys).headers


def test_a_link_may_lead_to_the_website_and_to_objects_but_to_no_api(
    aws: Aws, http: httpx.Client, ports: dict[str, int]
) -> None:
    link = {"Sec-Fetch-Site": "cross-site", **A_TAB}
    document = aws.client("s3").generate_presigned_url(
        "get_object", Params={"Bucket": "door", "Key": "index.html"}
    )

    assert http.get(f"{aws.edge}/", headers={**DOOR, **link}).text == "page"
    assert http.get(document, headers=link).text == "page"
    assert (
        http.get(
            presigned(aws.endpoint, "CreateQueue", QueueName="smuggled"), headers=link
        ).status_code
        == 403
    )
    assert http.post(aws.edge, headers={"Origin": "null", **link}).status_code == 403
    world = f"http://127.0.0.1:{ports['world']}"
    assert http.get(f"{world}/mails", headers=link).status_code == 403
    typed = {"Sec-Fetch-Site": "none", **A_TAB}
    assert http.get(f"{world}/mails", headers=typed).status_code == 200


def test_a_form_of_another_page_changes_nothing(aws: Aws, http: httpx.Client) -> None:
    """No preflight asks before it: its content type is one of those that need none."""
    form = {"Action": "CreateQueue", "QueueName": "smuggled", "Version": "2012-11-05"}
    script = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}

    http.post(aws.endpoint, data=form, headers={"Origin": "https://evil.example"})
    http.get(presigned(aws.endpoint, "CreateQueue", QueueName="smuggled"), headers=script)

    assert queues(aws) == []
    http.get(presigned(aws.endpoint, "CreateQueue", QueueName="smuggled"))  # the same by a program
    assert len(queues(aws)) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_ministack/reset"),
        ("POST", "/%5Fministack/reset"),
        ("POST", "/_ministack/config"),
        ("GET", "/_ministack/ses/messages"),
        ("GET", "/_ministack/sqs/messages"),
        ("GET", "/_ministack/lambda-code/anything"),
        ("POST", "/_ministack/eks-auth/anything"),
        ("GET", "/_ministack/ready"),
        ("GET", "/_localstack/init"),
    ],
)
def test_the_emulators_own_routes_are_closed_to_everybody(
    aws: Aws, http: httpx.Client, method: str, path: str
) -> None:
    for host in ("localhost", "abcd1234.execute-api.localhost"):
        answer = http.request(method, aws.endpoint + path, headers={"Host": host}, content=b"{}")
        assert answer.status_code == 404
    assert http.get(f"{aws.endpoint}/_ministack/health").status_code == 200


def test_a_page_cannot_open_a_websocket(aws: Aws) -> None:
    api = aws.client("apigatewayv2").create_api(
        Name="door", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
    )
    aws.client("apigatewayv2").create_stage(ApiId=api["ApiId"], StageName="v1")
    address = f"ws://127.0.0.1:{aws.port}/_aws/execute-api/{api['ApiId']}/v1"

    for origin in ("https://evil.example", "null", f"http://localhost:{aws.port}"):
        with pytest.raises(InvalidStatus, match="403"):
            connect(address, additional_headers={"Origin": origin})
    for headers in ({}, {"Origin": aws.site}):
        with connect(address, additional_headers=headers):
            pass


def test_a_page_cannot_tell_the_outside_world_how_to_behave(
    http: httpx.Client, ports: dict[str, int]
) -> None:
    world = f"http://127.0.0.1:{ports['world']}"
    before = http.get(f"{world}/control").json()
    wish = json.dumps({"payments": {"mode": "decline"}})

    for origin in ("https://evil.example", f"http://localhost:{ports['site']}", world, "null"):
        answer = http.put(f"{world}/control", content=wish, headers={"Origin": origin})
        assert answer.status_code == 403
        assert http.get(f"{world}/mails", headers={"Origin": origin}).status_code == 403

    assert http.get(f"{world}/control").json() == before


@pytest.mark.parametrize(
    "opening",
    [
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200\r\n\r\n",
        "GET / HTTP/1.1\r\n",
        "\r\n",
        "\x16\x03\x01",
        "x" * 2000,
    ],
)
def test_mail_commands_in_an_http_request_are_not_carried_out(
    aws: Aws, http: httpx.Client, opening: str
) -> None:
    smuggled = (
        "EHLO me\r\nMAIL FROM:<evil@evil.example>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n"
        "Subject: smuggled\r\n\r\nBody\r\n.\r\nQUIT\r\n"
    )
    with socket.create_connection(("127.0.0.1", aws.port + 3), timeout=PATIENCE) as connection:
        try:
            connection.sendall((opening + smuggled).encode())
            while connection.recv(65_536):
                pass
        except ConnectionError:
            pass  # it hung up on us

    mails = http.get(f"http://127.0.0.1:{aws.port + 2}/mails").json()
    assert "smuggled" not in [mail["subject"] for mail in mails]


def test_a_mail_server_is_listened_to(aws: Aws, http: httpx.Client) -> None:
    with smtplib.SMTP("127.0.0.1", aws.port + 3, timeout=PATIENCE) as server:
        server.sendmail("a@example.com", ["b@example.com"], b"Subject: by SMTP\r\n\r\nBody\r\n")

    mails = http.get(f"http://127.0.0.1:{aws.port + 2}/mails").json()
    assert "by SMTP" in [mail["subject"] for mail in mails]
