import hashlib
from pathlib import Path
from typing import Any

from blockwork.dev.sites import ERROR, SiteBucket


class Buckets:
    """Some buckets, as S3 tells of them."""

    def __init__(self, **buckets: dict[str, str]) -> None:
        self.buckets = {name.replace("_", "-"): dict(each) for name, each in buckets.items()}
        self.put: list[dict[str, Any]] = []

    def list_buckets(self) -> dict[str, Any]:
        return {"Buckets": [{"Name": name} for name in self.buckets]}

    def get_paginator(self, _operation: str) -> "Buckets":
        return self

    def paginate(self, *, Bucket: str) -> list[dict[str, Any]]:  # noqa: N803 -- as boto3 has it
        return [
            {
                "Contents": [
                    {"Key": key, "ETag": f'"{hashlib.md5(text.encode()).hexdigest()}"'}
                    for key, text in self.buckets[Bucket].items()
                ]
            }
        ]

    def head_object(self, *, Bucket: str, Key: str) -> dict[str, str]:  # noqa: N803
        assert Key in self.buckets[Bucket]
        return {"CacheControl": "for ever" if Key.startswith("assets/") else "no-cache"}

    def put_object(self, **request: Any) -> None:
        self.put.append(request)


def site(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return folder


def test_what_changed_is_uploaded_pages_last_and_kept_as_its_neighbours(tmp_path: Path) -> None:
    s3 = Buckets(
        cdk_assets={"index.html": "one"},
        other={"index.html": "another"},
        shop={"index.html": "one", "assets/a1.js": "a", "config.json": "{}"},
    )
    content = site(tmp_path, index_html="one", assets__a1_js="a")
    bucket = SiteBucket(s3, content)
    assert bucket.name == "shop"
    assert bucket.upload() == []

    site(tmp_path, index_html="two", assets__b2_js="b")
    assert sorted(bucket.upload()) == ["assets/b2.js", "index.html"]

    asset, page = s3.put
    assert (asset["Key"], asset["CacheControl"]) == ("assets/b2.js", "for ever")
    assert "javascript" in asset["ContentType"]
    assert (page["Key"], page["CacheControl"], page["Body"]) == ("index.html", "no-cache", b"two")
    assert bucket.upload() == []


def test_without_a_bucket_that_has_a_page_nothing_is_uploaded(tmp_path: Path) -> None:
    bucket = SiteBucket(Buckets(data={"kept": "x"}), site(tmp_path, index_html="one"))
    assert bucket.name is None
    assert bucket.upload() == []


def test_an_error_is_told_from_a_name() -> None:
    assert ERROR.search("error during build:")
    assert ERROR.search("[vite] Error: no")
    assert not ERROR.search("dist/assets/errors-1x.js   105 kB")
    assert not ERROR.search("dist/error.js   1 kB")
