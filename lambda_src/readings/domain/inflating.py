"""Files compressed by gzip, expanded in bounded memory: only plain text can be cut into ranges."""

import zlib
from collections.abc import Iterable, Iterator

from readings.domain.csv_file import UnreadableFileError

BLOCK = 1 << 20
"""At most so many bytes are expanded at once."""
OF_GZIP = 31


def inflate(blocks: Iterable[bytes], *, most_bytes: int) -> Iterator[bytes]:
    """Return what was compressed, block by block.

    :param most_bytes: that the whole may have: a file of 2 MB could expand to 2 GB.
    :raises UnreadableFileError: if it has more, breaks off, or is no gzip.
    """
    total, inflator, begun = 0, zlib.decompressobj(OF_GZIP), False
    for block in blocks:
        while block:
            if inflator.eof:  # one file may hold several, one after the other
                if not block.strip(b"\0"):
                    break
                inflator = zlib.decompressobj(OF_GZIP)
            begun = True
            try:
                content = inflator.decompress(block, BLOCK)
            except zlib.error as error:
                raise UnreadableFileError(f"the file is damaged: gzip says {error}") from error
            total += len(content)
            if total > most_bytes:
                raise UnreadableFileError(
                    f"the file must have at most {most_bytes:,} bytes once it is expanded"
                )
            if content:
                yield content
            block = inflator.unused_data if inflator.eof else inflator.unconsumed_tail
    if not begun or not inflator.eof:
        raise UnreadableFileError("the file breaks off: compress and send it again")
