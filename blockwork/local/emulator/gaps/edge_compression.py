"""CloudFront compresses what it serves, where the behaviour of the path asks it to.

A text of 1,000 to 10,000,000 bytes goes to a viewer that accepts gzip compressed, if the behaviour
says `Compress` and its cache policy lets gzip in; its ETag becomes a weak one
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html).
Stock sends the bytes of the origin, so that a page takes three times as long as on AWS. Closed
around stock's answer. Brotli stays out: browsers ask for it by HTTPS only.
"""

import gzip
from typing import Any

from ministack.services import cloudfront

Answer = tuple[int, dict[str, Any], bytes]

STATUSES = (200, 403, 404)
SIZES = range(1_000, 10_000_001)
TYPES = frozenset(
    [
        "application/dash+xml",
        "application/eot",
        "application/font",
        "application/font-sfnt",
        "application/javascript",
        "application/json",
        "application/opentype",
        "application/otf",
        "application/pkcs7-mime",
        "application/protobuf",
        "application/rss+xml",
        "application/truetype",
        "application/ttf",
        "application/vnd.apple.mpegurl",
        "application/vnd.ms-fontobject",
        "application/wasm",
        "application/xhtml+xml",
        "application/xml",
        "application/x-font-opentype",
        "application/x-font-truetype",
        "application/x-font-ttf",
        "application/x-httpd-cgi",
        "application/x-javascript",
        "application/x-mpegurl",
        "application/x-opentype",
        "application/x-otf",
        "application/x-perl",
        "application/x-ttf",
        "font/eot",
        "font/opentype",
        "font/otf",
        "font/ttf",
        "image/svg+xml",
        "text/css",
        "text/csv",
        "text/html",
        "text/javascript",
        "text/js",
        "text/plain",
        "text/richtext",
        "text/tab-separated-values",
        "text/xml",
        "text/x-component",
        "text/x-java-source",
        "text/x-script",
        "vnd.apple.mpegurl",
    ]
)


def close() -> None:
    """Compress on the way to the viewer."""
    stock_behaviour, stock = cloudfront._dataplane_behavior, cloudfront.handle_viewer_request

    def behaviour(element: Any, path_pattern: str | None = None) -> dict[str, Any]:
        asked = cloudfront._opt_text(element, "Compress") == "true"
        return {**stock_behaviour(element, path_pattern), "compress": asked}

    async def handle(
        distribution: dict[str, Any],
        method: str,
        path: str,
        raw_uri: str,
        query: str,
        headers: dict[str, str],
        *other: Any,
    ) -> Answer:
        answer: Answer = await stock(distribution, method, path, raw_uri, query, headers, *other)
        accepted = headers.get("accept-encoding", "").split(",")
        if "gzip" not in [one.partition(";")[0].strip() for one in accepted]:
            return answer
        return _compressed(*answer) if _is_asked_to(distribution, path) else answer

    cloudfront._dataplane_behavior = behaviour
    cloudfront.handle_viewer_request = handle


def _is_asked_to(distribution: dict[str, Any], path: str) -> bool:
    parsed = cloudfront.parse_distribution_dataplane_config(distribution)
    behaviour = cloudfront._match_behavior(parsed, path)
    if not (behaviour and behaviour["compress"]):
        return False
    policy = behaviour["cache_policy_id"]
    # Settings from before there were policies say nothing of gzip.
    return not policy or bool(cloudfront.cache_policy_params(policy)["EnableAcceptEncodingGzip"])


def _compressed(status: int, headers: dict[str, Any], body: bytes) -> Answer:
    """Return an answer compressed, if it is of a status, a size and a type that is."""
    known = {name.lower(): value for name, value in headers.items()}
    type_ = known.get("content-type", "").partition(";")[0].strip()
    is_one = status in STATUSES and len(body) in SIZES and type_ in TYPES
    if not is_one or "content-encoding" in known:
        return status, headers, body
    changed = ("content-length", "etag", "vary")
    kept = {name: value for name, value in headers.items() if name.lower() not in changed}
    etag = known.get("etag", "")
    if etag.startswith(('"', "W/")):
        kept["ETag"] = f"W/{etag.removeprefix('W/')}"
    vary = ", ".join(filter(None, (known.get("vary"), "Accept-Encoding")))
    return status, {**kept, "Content-Encoding": "gzip", "Vary": vary}, gzip.compress(body, mtime=0)
