"""The website as a browser's network sees it."""

import re
from typing import Any

import boto3
import httpx
import pytest


@pytest.fixture(scope="session")
def page(platform: dict[str, Any]) -> httpx.Response:
    return httpx.get(platform["siteUrl"])


def test_the_configuration_is_the_contract_every_client_builds_on(
    platform: dict[str, Any], config: dict[str, Any]
) -> None:
    assert set(config) == {
        "stage",
        "region",
        "apis",
        "webSocketUrl",
        "userPoolId",
        "userPoolClientId",
        "userPoolEndpoint",
    }
    assert config["stage"] == "local"
    assert config["region"] == platform["region"]
    assert set(config["apis"]) == {
        *("campaigns", "catalog", "forecast", "identity", "support", "vouchers")
    }


def test_the_configuration_is_never_stored_and_the_page_asked_for_anew(
    platform: dict[str, Any], page: httpx.Response
) -> None:
    configuration = httpx.get(platform["configUrl"])

    assert configuration.headers["cache-control"] == "no-store"
    assert configuration.headers["content-type"] == "application/json"
    assert page.headers["cache-control"] == "no-cache"


def test_scripts_and_styles_are_kept_for_ever(
    platform: dict[str, Any], page: httpx.Response
) -> None:
    paths = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text)

    assert paths
    for path in paths:
        asset = httpx.get(platform["siteUrl"] + path)
        assert asset.status_code == 200
        assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_an_address_of_the_app_answers_with_its_page(
    platform: dict[str, Any], page: httpx.Response
) -> None:
    answer = httpx.get(platform["siteUrl"] + "/tariffs/anything")

    assert answer.status_code == 200
    assert answer.text == page.text


@pytest.mark.parametrize("path", ["/assets/gone.js", "/gone.txt"])
def test_a_missing_file_is_missing_and_nobody_is_told_to_keep_that(
    platform: dict[str, Any], path: str
) -> None:
    answer = httpx.get(platform["siteUrl"] + path)

    assert answer.status_code == 403
    assert "cache-control" not in answer.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/tariffs/anything", "/config.json", "/assets/gone.js"])
def test_the_website_is_only_read(platform: dict[str, Any], method: str, path: str) -> None:
    answer = httpx.request(method, platform["siteUrl"] + path)

    assert answer.status_code == 403
    assert "The request could not be satisfied" in answer.text


@pytest.mark.parametrize("path", ["/", "/tariffs/anything", "/config.json", "/assets/gone.js"])
def test_head_tells_what_get_would_without_the_content(platform: dict[str, Any], path: str) -> None:
    head = httpx.head(platform["siteUrl"] + path)
    answer = httpx.get(platform["siteUrl"] + path)

    assert (head.status_code, head.content) == (answer.status_code, b"")
    assert head.headers["content-type"] == answer.headers["content-type"]


@pytest.mark.parametrize("path", ["/", "/config.json", "/gone.txt"])
def test_every_answer_forbids_what_the_site_does_not_need(
    platform: dict[str, Any], path: str
) -> None:
    headers = httpx.get(platform["siteUrl"] + path).headers

    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    emulator = platform["emulatorUrl"]
    assert f"connect-src 'self' {emulator} {emulator.replace('http:', 'ws:')};" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "max-age=63072000" in headers["strict-transport-security"]


def test_nobody_reads_the_bucket_past_the_website(platform: dict[str, Any]) -> None:
    owner = boto3.client(
        "s3",
        region_name=platform["region"],
        endpoint_url=platform["emulatorUrl"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    names = [bucket["Name"] for bucket in owner.list_buckets()["Buckets"]]
    (site,) = (name for name in names if name.startswith("local-site-"))

    for path in (site, f"{site}/index.html", f"{site}/config.json"):
        assert httpx.get(f"{platform['emulatorUrl']}/{path}").status_code == 403
