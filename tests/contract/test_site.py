"""The website as a browser's network sees it."""

import re
from fnmatch import fnmatch
from typing import Any

import httpx
import pytest


@pytest.fixture(scope="session")
def page(site_url: str) -> httpx.Response:
    return httpx.get(site_url)


def test_the_configuration_is_the_contract_every_client_builds_on(config: dict[str, Any]) -> None:
    required = {"stage", "region", "apis", "webSocketUrl", "userPoolId", "userPoolClientId"}
    assert required <= set(config) <= {*required, "userPoolEndpoint", "signIn", "passkeys"}
    assert set(config["apis"]) == {
        *("campaigns", "catalog", "forecast", "identity", "readings", "support", "vouchers")
    }
    assert config["userPoolId"].startswith(f"{config['region']}_")


def test_the_configuration_is_never_stored_and_the_page_asked_for_anew(
    site_url: str, page: httpx.Response
) -> None:
    configuration = httpx.get(f"{site_url}/config.json")

    assert configuration.headers["cache-control"] == "no-store"
    assert configuration.headers["content-type"] == "application/json"
    assert page.headers["cache-control"] == "no-cache"


def test_scripts_and_styles_are_kept_for_ever(site_url: str, page: httpx.Response) -> None:
    paths = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text)

    assert paths
    for path in paths:
        asset = httpx.get(site_url + path)
        assert asset.status_code == 200
        assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_an_address_of_the_app_answers_with_its_page(site_url: str, page: httpx.Response) -> None:
    answer = httpx.get(site_url + "/tariffs/anything")

    assert answer.status_code == 200
    assert answer.text == page.text


@pytest.mark.parametrize("path", ["/assets/gone.js", "/gone.txt"])
def test_a_missing_file_is_not_found_and_the_app_says_so(
    site_url: str, page: httpx.Response, path: str
) -> None:
    answer = httpx.get(site_url + path)

    assert answer.status_code == 404
    assert answer.text == page.text
    assert answer.headers["content-type"] == "text/html"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/tariffs/anything", "/config.json", "/assets/gone.js"])
def test_the_website_is_only_read(site_url: str, method: str, path: str) -> None:
    answer = httpx.request(method, site_url + path)

    assert answer.status_code == 403
    assert "The request could not be satisfied" in answer.text


@pytest.mark.parametrize("path", ["/", "/tariffs/anything", "/config.json", "/assets/gone.js"])
def test_head_tells_what_get_would_without_the_content(site_url: str, path: str) -> None:
    head = httpx.head(site_url + path)
    answer = httpx.get(site_url + path)

    assert (head.status_code, head.content) == (answer.status_code, b"")
    assert head.headers["content-type"] == answer.headers["content-type"]


@pytest.mark.parametrize("path", ["/", "/config.json", "/gone.txt"])
def test_every_answer_forbids_what_the_site_does_not_need(site_url: str, path: str) -> None:
    headers = httpx.get(site_url + path).headers

    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "max-age=63072000" in headers["strict-transport-security"]


def test_scripts_may_talk_to_the_stage_and_to_nobody_else(
    config: dict[str, Any], page: httpx.Response
) -> None:
    policy = dict(
        directive.strip().split(" ", 1)
        for directive in page.headers["content-security-policy"].split(";")
        if " " in directive.strip()
    )
    allowed = policy["connect-src"].split()

    pool = config.get("userPoolEndpoint", f"https://cognito-idp.{config['region']}.amazonaws.com")
    for url in (*config["apis"].values(), config["webSocketUrl"], pool):
        parts = httpx.URL(url)
        origin = f"{parts.scheme}://{parts.netloc.decode()}"
        if parts.host.endswith(".localhost"):
            continue  # the emulator's own name for an API of a stage that is none of this machine
        assert any(fnmatch(origin, one) for one in allowed), origin
    assert not {"*", "https:", "wss:", "http:"} & set(allowed)
