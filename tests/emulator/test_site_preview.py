"""A preview that asks for a password, visited through CloudFront."""

import base64
import hashlib
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from aws_cdk import CfnOutput, RemovalPolicy, Stack

from constructs_lib.blocks import StaticSite
from tests.emulator.support import Aws
from tests.emulator.synthesised import deployed_for_now

PAIR = "ada:long and made by a machine"
SIGNS = "cloudfront-keyvaluestore"
KEY = hashlib.sha256(PAIR.encode()).hexdigest()


@pytest.fixture(scope="module")
def made(aws: Aws) -> Iterator[dict[str, str]]:
    def build(stack: Stack) -> None:
        site = StaticSite(stack, "Site", asks_password=True, removal_policy=RemovalPolicy.RETAIN)
        assert site.credentials is not None
        CfnOutput(stack, "bucket", value=site.bucket.bucket_name)
        CfnOutput(stack, "host", value=site.distribution.domain_name)
        CfnOutput(stack, "store", value=site.credentials.key_value_store_arn)

    with deployed_for_now(aws, "site-preview", build) as outputs:
        for key in ("index.html", "assets/app.js"):
            aws.client("s3").put_object(Bucket=outputs["bucket"], Key=key, Body=key.encode())
        yield outputs


def statuses(aws: Aws, http: httpx.Client, made: dict[str, str], pair: str | None) -> list[int]:
    headers = {"Host": made["host"]}
    if pair is not None:
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    paths = ("/", "/about", "/assets/app.js")
    return [http.get(f"{aws.edge}{path}", headers=headers).status_code for path in paths]


def test_only_who_has_a_credential_of_the_store_sees_the_site(
    aws: Aws, http: httpx.Client, made: dict[str, str]
) -> None:
    assert statuses(aws, http, made, PAIR) == [401] * 3
    store = f"{aws.endpoint}/key-value-stores/{quote(made['store'], safe='')}"
    signed = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-2/{SIGNS}/aws4_request"
    }
    etag = http.get(store, headers=signed).headers["etag"]
    put = http.put(
        f"{store}/keys/{KEY}", json={"Value": "ada"}, headers={**signed, "If-Match": etag}
    )
    assert put.status_code == 200, put.text

    assert statuses(aws, http, made, PAIR) == [200] * 3
    assert statuses(aws, http, made, "ada:guessed") == [401] * 3
    assert statuses(aws, http, made, None) == [401] * 3
