"""The website as a browser's network sees it."""

from typing import Any

import boto3
import httpx


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
