import io
import json
import zipfile
from typing import Any

import pytest

from constructs_lib.runtime.custom_resources.publish import handle

EVENT = {
    "StackId": "stack",
    "RequestId": "request",
    "LogicalResourceId": "Release",
    "ResponseURL": "https://answer.example",
    "ResourceProperties": {
        "SourceBucket": "assets",
        "SourceKey": "release.zip",
        "DestinationBucket": "site",
        "Config": '{"stage": "test"}',
    },
}


class Buckets:
    """The part of an S3 client that a release uses, kept in memory."""

    def __init__(self, release: dict[str, str]) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, content in release.items():
                archive.writestr(name, content)
        self.packed = packed.getvalue()
        self.site: dict[str, bytes] = {}
        self.kinds: dict[str, str] = {}
        self.keeping: dict[str, str] = {}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        if (Bucket, Key) != ("assets", "release.zip"):
            raise KeyError(Key)
        return {"Body": io.BytesIO(self.packed)}

    def put_object(
        self,
        *,
        Bucket: str,  # noqa: N803
        Key: str,  # noqa: N803
        Body: bytes,  # noqa: N803
        ContentType: str,  # noqa: N803
        CacheControl: str,  # noqa: N803
    ) -> None:
        assert Bucket == "site"
        self.site[Key] = Body
        self.kinds[Key] = ContentType
        self.keeping[Key] = CacheControl


@pytest.fixture
def buckets() -> Buckets:
    return Buckets({"index.html": "<p>", "assets/app-1a2b.js": "go()", "favicon.svg": "<svg/>"})


def run(buckets: Buckets, request_type: str, **properties: str) -> dict[str, Any]:
    answers: list[dict[str, Any]] = []
    event = {
        **EVENT,
        "RequestType": request_type,
        "ResourceProperties": {**EVENT["ResourceProperties"], **properties},  # type: ignore[dict-item]
    }
    handle(event, s3=buckets, respond=lambda _url, answer: answers.append(answer))
    (answer,) = answers
    return answer


def test_a_release_brings_every_file_with_its_type_and_the_configuration(buckets: Buckets) -> None:
    answer = run(buckets, "Create")

    assert answer["Status"] == "SUCCESS"
    assert buckets.kinds == {
        "assets/app-1a2b.js": "text/javascript",
        "favicon.svg": "image/svg+xml",
        "config.json": "application/json",
        "index.html": "text/html",
    }
    assert json.loads(buckets.site["config.json"]) == {"stage": "test"}


def test_browsers_keep_what_is_named_by_its_content_and_never_the_configuration(
    buckets: Buckets,
) -> None:
    run(buckets, "Create")

    assert buckets.keeping == {
        "assets/app-1a2b.js": "public, max-age=31536000, immutable",
        "favicon.svg": "no-cache",
        "config.json": "no-store",
        "index.html": "no-cache",
    }


def test_the_page_comes_last_when_the_files_it_names_are_there(buckets: Buckets) -> None:
    run(buckets, "Create")

    assert list(buckets.site)[-1] == "index.html"


def test_every_page_comes_after_what_pages_name() -> None:
    buckets = Buckets(
        {"a.html": "<p>", "de/index.html": "<p>", "z.css": "p {}", "logo.svg": "<svg/>"}
    )

    run(buckets, "Create")

    assert set(list(buckets.site)[-2:]) == {"a.html", "de/index.html"}
    assert len(buckets.site) == 5


def test_files_of_earlier_releases_stay_for_open_tabs(buckets: Buckets) -> None:
    buckets.site["assets/app-old.js"] = b"old()"

    run(buckets, "Update")

    assert "assets/app-old.js" in buckets.site


def test_a_removed_release_leaves_the_files_for_open_tabs(buckets: Buckets) -> None:
    run(buckets, "Create")

    assert run(buckets, "Delete")["Status"] == "SUCCESS"
    assert "index.html" in buckets.site


def test_a_failure_is_answered_so_that_the_stack_does_not_wait(buckets: Buckets) -> None:
    answer = run(buckets, "Create", SourceKey="gone.zip")

    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == "KeyError: 'gone.zip'"
    assert buckets.site == {}
