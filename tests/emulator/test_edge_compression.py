"""CloudFront compresses what it serves."""

from collections.abc import Iterator

import httpx
import pytest
from aws_cdk import CfnOutput, RemovalPolicy, Stack

from constructs_lib.blocks import StaticSite
from tests.emulator.support import Aws
from tests.emulator.synthesised import deployed_for_now

TEXT = "A tariff for all who drive by night. " * 100
JS, PNG = "text/javascript", "image/png"
FILES = {
    "index.html": (TEXT, "text/html"),
    "assets/app.js": (TEXT, JS),
    "assets/least.js": (TEXT[:1000], JS),
    "assets/small.js": (TEXT[:999], JS),
    "assets/charset.css": (TEXT, "text/css; charset=utf-8"),
    "assets/picture.png": (TEXT, PNG),
}


@pytest.fixture(scope="module")
def host(aws: Aws) -> Iterator[str]:
    def build(stack: Stack) -> None:
        site = StaticSite(stack, "Site", removal_policy=RemovalPolicy.RETAIN)
        CfnOutput(stack, "bucket", value=site.bucket.bucket_name)
        CfnOutput(stack, "host", value=site.distribution.domain_name)

    with deployed_for_now(aws, "site-compression", build) as outputs:
        s3 = aws.client("s3")
        for key, (text, type_) in FILES.items():
            s3.put_object(Bucket=outputs["bucket"], Key=key, Body=text.encode(), ContentType=type_)
        s3.put_object(
            Bucket=outputs["bucket"],
            Key="assets/packed.js",
            Body=TEXT.encode(),
            ContentType=JS,
            ContentEncoding="identity",
        )
        yield outputs["host"]


def get(
    aws: Aws, http: httpx.Client, host: str, path: str, accepted: str = "deflate, gzip;q=1.0"
) -> httpx.Response:
    answer = http.get(f"{aws.edge}{path}", headers={"Host": host, "Accept-Encoding": accepted})
    assert answer.status_code == 200
    return answer


@pytest.mark.parametrize("path", ["app.js", "least.js", "charset.css"])
def test_a_text_comes_compressed(aws: Aws, http: httpx.Client, host: str, path: str) -> None:
    answer = get(aws, http, host, f"/assets/{path}")

    text, _ = FILES[f"assets/{path}"]
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert int(answer.headers["content-length"]) < len(text) / 2
    assert answer.text == text


@pytest.mark.parametrize(
    "path",
    [
        "/",  # its cache policy lets no gzip in
        "/assets/small.js",
        "/assets/picture.png",
        "/assets/packed.js",
    ],
)
def test_other_files_come_as_they_are(aws: Aws, http: httpx.Client, host: str, path: str) -> None:
    answer = get(aws, http, host, path)

    assert answer.headers.get("content-encoding") != "gzip"
    assert "vary" not in answer.headers
    assert answer.text.startswith(TEXT[:999])


@pytest.mark.parametrize("accepted", ["identity", "deflate", "br"])
def test_who_does_not_accept_gzip_gets_none(
    aws: Aws, http: httpx.Client, host: str, accepted: str
) -> None:
    answer = get(aws, http, host, "/assets/app.js", accepted)

    assert "content-encoding" not in answer.headers
    assert answer.text == TEXT


def test_the_etag_of_what_is_compressed_is_a_weak_one(
    aws: Aws, http: httpx.Client, host: str
) -> None:
    plain = get(aws, http, host, "/assets/app.js", "identity").headers["etag"]

    assert plain.startswith('"')
    assert get(aws, http, host, "/assets/app.js").headers["etag"] == f"W/{plain}"
