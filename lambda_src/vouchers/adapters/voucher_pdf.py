"""A voucher as a PDF: one page A4 with its code in letters and as a QR code.

The bytes follow from the voucher alone: whoever prints it a second time overwrites the document
with itself.
"""

from io import BytesIO
from itertools import groupby

import pydyf
import segno

from vouchers.domain.voucher import Voucher, VoucherCode

WIDTH, HEIGHT = 595, 842  # A4 in points, 1/72 inch
LEFT = 72
MODULE = 6  # points, so that the QR code measures 5 cm
QR_TOP = 570
RETAILER = "Blockwork Energy"
# Fonts which every PDF reader brings (ISO 32000-1, 9.6.2.2), so that none need be embedded. Their
# encoding is Windows-1252: Latin letters, £ and €.
FONTS = {"Text": "Helvetica", "Bold": "Helvetica-Bold", "Code": "Courier-Bold"}
ENCODING = "cp1252"


def print_voucher(voucher: Voucher, code: VoucherCode) -> bytes:
    """Return the PDF of a voucher."""
    document = pydyf.PDF()
    page = _page(voucher, code)
    document.add_object(page)
    fonts = pydyf.Dictionary({name: _font(base) for name, base in FONTS.items()})
    document.add_page(
        pydyf.Dictionary(
            {
                "Type": "/Page",
                "Parent": document.pages.reference,
                "MediaBox": pydyf.Array([0, 0, WIDTH, HEIGHT]),
                "Contents": page.reference,
                "Resources": pydyf.Dictionary({"Font": fonts}),
            }
        )
    )
    document.catalog["Lang"] = pydyf.String("en-GB")
    document.info["Title"] = pydyf.String(f"Energy voucher of {voucher.order.price}")
    document.info["Author"] = pydyf.String(RETAILER)
    document.info["CreationDate"] = pydyf.String(voucher.created_at.strftime("D:%Y%m%d%H%M%SZ"))
    output = BytesIO()
    document.write(output, identifier=voucher.voucher_id.encode(), compress=True)
    return output.getvalue()


def qr_code(code: VoucherCode) -> segno.QRCode:
    """Return the QR code of a code, readable with a quarter of it damaged."""
    return segno.make_qr(str(code), error="q")


def _page(voucher: Voucher, code: VoucherCode) -> pydyf.Stream:
    page = pydyf.Stream(compress=True)
    _text(page, "Bold", 28, 740, RETAILER)
    _text(page, "Text", 18, 700, f"Energy voucher of {voucher.order.price}")
    _text(page, "Text", 12, 640, "Whoever has this code can spend it. Keep it like money.")
    _text(page, "Code", 20, 600, str(code))
    _draw(page, qr_code(code))
    _text(page, "Text", 9, 380, f"Voucher {voucher.voucher_id}")
    _text(page, "Text", 9, 366, f"Bought on {voucher.created_at:%-d %B %Y}")
    return page


def _text(page: pydyf.Stream, font: str, size: int, height: int, text: str) -> None:
    page.begin_text()
    page.set_font_size(font, size)
    page.move_text_to(LEFT, height)
    page.show_text_string(text.encode(ENCODING))
    page.end_text()


def _draw(page: pydyf.Stream, qr: segno.QRCode) -> None:
    """Draw the dark modules, neighbours of a row as one rectangle."""
    for row, modules in enumerate(qr.matrix):
        column = 0
        for dark, run in groupby(modules):
            length = len(list(run))
            if dark:
                page.rectangle(
                    LEFT + column * MODULE,
                    QR_TOP - (row + 1) * MODULE,
                    length * MODULE,
                    MODULE,
                )
            column += length
    page.fill()


def _font(base: str) -> pydyf.Dictionary:
    return pydyf.Dictionary(
        {
            "Type": "/Font",
            "Subtype": "/Type1",
            "BaseFont": f"/{base}",
            "Encoding": "/WinAnsiEncoding",
        }
    )
