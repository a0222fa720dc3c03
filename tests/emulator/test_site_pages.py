"""A site of plain pages in two languages, visited through CloudFront."""

from collections.abc import Iterator

import httpx
import pytest
from aws_cdk import CfnOutput, RemovalPolicy, Stack

from constructs_lib.blocks import SitePages, StaticSite
from tests.emulator.support import Aws
from tests.emulator.synthesised import deployed_for_now


@pytest.fixture(scope="module")
def host(aws: Aws) -> Iterator[str]:
    def build(stack: Stack) -> None:
        site = StaticSite(
            stack,
            "Site",
            pages=SitePages(style="folders", languages=["en", "de"], not_found="/404.html"),
            sources={"frame-src": ["https://pay.example"]},
            removal_policy=RemovalPolicy.RETAIN,
        )
        CfnOutput(stack, "bucket", value=site.bucket.bucket_name)
        CfnOutput(stack, "host", value=site.distribution.domain_name)

    pages = ("en/index.html", "de/index.html", "de/about/index.html", "404.html", "robots.txt")
    with deployed_for_now(aws, "site-pages", build) as made:
        for key in pages:
            aws.client("s3").put_object(
                Bucket=made["bucket"], Key=key, Body=key.encode(), ContentType="text/html"
            )
        yield made["host"]


def visit(
    aws: Aws, http: httpx.Client, host: str, path: str, language: str = "de-CH,en;q=0.5"
) -> httpx.Response:
    return http.get(f"{aws.edge}{path}", headers={"Host": host, "Accept-Language": language})


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/", "/de/"),
        ("/about?a=1", "/de/about?a=1"),
        ("/de", "/de/"),
        ("/de/about", "/de/about/"),
    ],
)
def test_a_visitor_is_led_to_the_page(
    aws: Aws, http: httpx.Client, host: str, path: str, place: str
) -> None:
    answer = visit(aws, http, host, path)

    assert (answer.status_code // 100, answer.headers["location"]) == (3, place)


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/de/", 200, "de/index.html"),
        ("/en/", 200, "en/index.html"),
        ("/de/about/", 200, "de/about/index.html"),
        ("/robots.txt", 200, "robots.txt"),
        ("/en/about/", 404, "404.html"),
    ],
)
def test_each_address_has_its_page(
    aws: Aws, http: httpx.Client, host: str, path: str, status: int, text: str
) -> None:
    answer = visit(aws, http, host, path)

    assert (answer.status_code, answer.text) == (status, text)


def test_a_page_says_what_it_may_load(aws: Aws, http: httpx.Client, host: str) -> None:
    policy = visit(aws, http, host, "/de/").headers["content-security-policy"]

    assert "frame-src https://pay.example" in policy
    assert "default-src 'none'" in policy
