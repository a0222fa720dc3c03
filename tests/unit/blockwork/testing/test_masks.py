"""What of a template no snapshot holds."""

import pytest

from blockwork.testing.snapshots import mask


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("ZipFile", "def handler(event, context): ...", "<code>"),
        ("S3Key", f"{'0a' * 32}.zip", "<asset>.zip"),
        ("Description", "Ships orders", "Ships orders"),
        ("MemorySize", 512, 512),
    ],
)
def test_code_and_hashes_of_assets_are_hidden(name: str, value: object, kept: object) -> None:
    assert mask(data=value, path=(("Code", dict), (name, type(value)))) == kept
