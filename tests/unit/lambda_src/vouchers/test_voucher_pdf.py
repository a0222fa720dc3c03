"""The document, read by other people's readers."""

from dataclasses import replace
from io import BytesIO

import pytest
import zxingcpp
from pypdf import PdfReader
from pypdf.generic import ContentStream
from vouchers.adapters.voucher_pdf import MODULE, print_voucher
from vouchers.domain.voucher import VoucherCode, new_code

from tests.unit.lambda_src.vouchers.samples import CODE, ISSUED, LATER, order, voucher

QUIET_ZONE = 4
PIXELS = 3


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf), strict=True)


def barcodes(pdf: bytes) -> list[str]:
    """Paint the page's rectangles, and read what they are together."""
    reader = read(pdf)
    content = ContentStream(reader.pages[0].get_contents(), reader)
    boxes = [
        [int(number) // MODULE for number in numbers]
        for numbers, operator in content.operations
        if operator == b"re"
    ]
    left = min(x for x, _, _, _ in boxes) - QUIET_ZONE
    bottom = min(y for _, y, _, _ in boxes) - QUIET_ZONE
    side = max(x + width for x, _, width, _ in boxes) - left + QUIET_ZONE
    dark = {
        (x + step - left, side - 1 - (y - bottom))
        for x, y, width, _ in boxes
        for step in range(width)
    }
    pixels = bytes(
        0 if (column // PIXELS, row // PIXELS) in dark else 255
        for row in range(side * PIXELS)
        for column in range(side * PIXELS)
    )
    image = memoryview(pixels).cast("B", (side * PIXELS, side * PIXELS))
    found = zxingcpp.read_barcodes(image)
    # It reads mirror images too, other readers do not.
    corners = [(code.position.top_left.x, code.position.top_left.y) for code in found]
    assert max(corners[0]) < side * PIXELS / 2
    return [code.text for code in found]


@pytest.mark.parametrize("code", [CODE, new_code()], ids=["fixed", "random"])
def test_the_document_shows_the_code_in_letters_and_as_a_qr_code(code: VoucherCode) -> None:
    pdf = print_voucher(voucher("v1"), code)

    assert code in read(pdf).pages[0].extract_text().splitlines()
    assert barcodes(pdf) == [code]


def test_the_document_is_one_page_that_says_what_it_is_worth() -> None:
    reader = read(print_voucher(voucher("v1"), CODE))

    (page,) = reader.pages
    text = page.extract_text()
    for line in ("Blockwork Energy", "Energy voucher of £25.00", "Bought on 1 March 2026"):
        assert line in text.splitlines()
    assert (page.mediabox.width, page.mediabox.height) == (595, 842)
    assert reader.metadata is not None
    assert reader.metadata.title == "Energy voucher of £25.00"
    assert reader.metadata.creation_date == voucher("v1").created_at.replace(microsecond=0)


def test_the_same_voucher_is_always_the_same_document() -> None:
    first = print_voucher(voucher("v1"), CODE)
    later = replace(voucher("v1", ISSUED), status_since=LATER)

    assert print_voucher(later, CODE) == first


def test_other_vouchers_are_other_documents() -> None:
    documents = {
        print_voucher(voucher("v1"), CODE),
        print_voucher(voucher("v2"), CODE),
        print_voucher(voucher("v1"), new_code()),
        print_voucher(replace(voucher("v1"), order=order("500.00")), CODE),
    }

    assert len(documents) == 4


def test_a_document_is_small() -> None:
    assert len(print_voucher(voucher("v1"), CODE)) < 10_000
