"""A page of another site in the same browser can neither read nor change anything, on any port."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import STRANGER
from tests.e2e.conftest import aws
from tests.emulator.support import presigned

SMUGGLED = "smuggled-by-a-page"
MAIL = (
    "EHLO me\\r\\nMAIL FROM:<a@evil.example>\\r\\nRCPT TO:<b@example.com>\\r\\nDATA\\r\\n"
    f"Subject: {SMUGGLED}\\r\\n\\r\\nBody\\r\\n.\\r\\n"
)
TRY_EVERYTHING = """
async ({reads, calls, sockets}) => {
  const seen = [];
  const patience = () => AbortSignal.timeout(10000);
  for (const [url, options] of [...reads.map((url) => [url, {}]), ...calls]) {
    for (const mode of ["cors", "no-cors"]) {
      try {
        const answer = await fetch(url, {signal: patience(), ...options, mode});
        const text = await answer.text();
        if (text) seen.push(`${mode} ${url}: ${text}`);
      } catch { /* the browser shows nothing */ }
    }
  }
  for (const url of reads) {
    await new Promise((done) => {
      const script = document.createElement("script");
      script.onload = () => { seen.push(`script ${url}`); done(); };
      script.onerror = done;
      script.src = url;
      document.head.append(script);
    });
  }
  for (const [url, options] of calls) {
    const frame = document.createElement("iframe");
    const form = document.createElement("form");
    frame.name = form.target = "frame";
    form.method = "POST";
    form.enctype = "text/plain";
    form.action = url;
    const field = document.createElement("textarea");
    field.name = "x";
    field.value = options.body ?? "";
    form.append(field);
    document.body.append(frame, form);
    await new Promise((done) => { frame.onload = done; setTimeout(done, 3000); form.submit(); });
    frame.remove();
    form.remove();
  }
  for (const url of sockets) {
    await new Promise((done) => {
      const socket = new WebSocket(url);
      socket.onopen = () => { seen.push(`socket ${url}`); done(); };
      socket.onerror = done;
    });
  }
  return seen;
}
"""


class Nothing(BaseHTTPRequestHandler):
    """An empty page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><head></head><body></body>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[int]:
    """The port of another site's server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Nothing) as server:
        threading.Thread(target=partial(server.serve_forever, 0.05), daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(locale="en-GB")
    yield context.new_page()
    context.close()


def urls(platform: dict[str, Any], host: str = "localhost") -> list[str]:
    first = httpx.URL(platform["emulatorUrl"]).port or 0
    return [f"http://{host}:{first + number}" for number in range(4)]


def attempts(platform: dict[str, Any]) -> dict[str, Any]:
    config = httpx.get(platform["configUrl"]).json()
    api, site, world, mail = urls(platform)
    create = presigned(api, "CreateQueue", QueueName=SMUGGLED)
    decline = '{"payments": {"mode": "decline"}}'
    return {
        "reads": [
            f"{api}/_ministack/health",
            f"{config['apis']['catalog']}/products",
            create,
            f"{site}/config.json",
            f"{world}/mails",
            f"{world}/control",
        ],
        "calls": [
            [create, {"method": "POST", "body": "x"}],
            [f"{api}/_ministack/reset", {"method": "POST"}],
            [f"{world}/control", {"method": "PUT", "body": decline}],
            [f"{world}/control", {"method": "POST", "body": decline}],
            [f"{mail}/", {"method": "POST", "body": MAIL.replace("\\r\\n", "\r\n")}],
        ],
        "sockets": [f"{config['webSocketUrl']}?ticket=none"],
    }


def what_there_is(platform: dict[str, Any]) -> dict[str, Any]:
    world = platform["providersUrl"]
    sqs = aws(platform, "sqs")
    return {
        "control": httpx.get(f"{world}/control").json(),
        "smuggled": sqs.list_queues(QueueNamePrefix=SMUGGLED).get("QueueUrls", []),
        "mails": [m for m in httpx.get(f"{world}/mails").json() if m["subject"] == SMUGGLED],
        "stacks": len(aws(platform, "cloudformation").describe_stacks()["Stacks"]),
    }


@pytest.mark.parametrize("host", [STRANGER, "localhost"])
def test_a_page_of_another_site_sees_and_changes_nothing(
    page: Page, platform: dict[str, Any], elsewhere: int, host: str
) -> None:
    before = what_there_is(platform)
    page.goto(f"http://{host}:{elsewhere}/")

    assert page.evaluate(TRY_EVERYTHING, attempts(platform)) == []

    assert what_there_is(platform) == before


def test_a_name_that_was_turned_to_this_machine_leads_nowhere(
    page: Page, platform: dict[str, Any]
) -> None:
    for url in urls(platform, STRANGER)[:3]:
        answer = page.goto(url)
        assert answer is not None
        assert answer.status == 403
        status = page.evaluate("path => fetch(path).then(answer => answer.status)", "/config.json")
        assert status == 403
