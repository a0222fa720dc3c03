"""Objects of S3 in blocks, as they come and go: none is ever held whole."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from boto3.s3.transfer import TransferConfig
from botocore.config import Config

from blockwork.runtime.aws import PATIENCE

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BLOCK = 1 << 20
# A copy of some gigabytes is answered when it is done.
COPYING = PATIENCE.merge(Config(read_timeout=300))
FOUR_AT_ONCE = TransferConfig(max_concurrency=4, multipart_chunksize=8 << 20)


class BlockReader:
    """Makes a file of blocks, for who reads one.

    :param blocks: what is in it.
    """

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = b""
        self.size = 0
        """How many bytes have been read."""

    def read(self, size: int = -1) -> bytes:
        """Return so many bytes, fewer at the end."""
        parts, found = [self._rest], len(self._rest)
        while size < 0 or found < size:
            block = next(self._blocks, None)
            if block is None:
                break
            parts.append(block)
            found += len(block)
        whole = b"".join(parts)
        wanted, self._rest = (whole, b"") if size < 0 else (whole[:size], whole[size:])
        self.size += len(wanted)
        return wanted


def write(
    client: "S3Client", bucket: str, key: str, content: Iterator[bytes], *, content_type: str
) -> int:
    """Write an object from blocks, in parts if it is large; return its size."""
    reader = BlockReader(content)
    client.upload_fileobj(
        cast(Any, reader),
        bucket,
        key,
        ExtraArgs={"ContentType": content_type},
        Config=FOUR_AT_ONCE,
    )
    return reader.size


def read(client: "S3Client", bucket: str, key: str, **more: Any) -> Iterator[bytes]:  # noqa: ANN401 -- what GetObject takes
    """Return an object's bytes, block by block."""
    body = client.get_object(Bucket=bucket, Key=key, **more)["Body"]
    try:
        yield from body.iter_chunks(BLOCK)
    finally:
        body.close()


def span(start: int, end: int | None) -> str:
    """Return what `Range` says of bytes from `start` to before `end`."""
    return f"bytes={start}-{'' if end is None else end - 1}"
